using System.Diagnostics;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Devices;

/// <summary>
/// The emulated NVM device: memory with a global metadata block, an NVM allocation table and a data area from which child devices are cut.
/// Thread-safe: it locks around the <see cref="AllocationTable"/>; the bytes of child devices do not go through here.
/// Disposing it ends the bookkeeping; areas and leases stay good, and the last of them frees the memory.
/// </summary>
public sealed class NvmDevice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly MemoryLedger _ledger;
    private readonly DeviceMemory _memory;
    private readonly IStoreWatch? _powerFailures;
    private readonly DeviceMetadata _metadata;
    private readonly AllocationTable _table;
    private readonly DeviceProtection _protection;
    private bool _disposed;

    private NvmDevice(
        DeviceMemory memory, DeviceMetadata metadata, DeviceContents contents, MemoryLedger ledger, IStoreWatch? powerFailures, Action shut)
    {
        (_memory, _metadata, _ledger, _powerFailures) = (memory, metadata, ledger, powerFailures);
        _table = new AllocationTable(metadata, contents);
        _protection = new DeviceProtection(memory, ledger, shut);
    }

    /// <summary>The device's UUID.</summary>
    public Guid DeviceId => _metadata.Gmb.DeviceId;

    /// <summary>Where things lie on it.</summary>
    public DeviceGeometry Geometry => _metadata.Gmb.Geometry;

    /// <summary>Size in bytes, metadata included.</summary>
    public long SizeBytes => _memory.SizeBytes;

    /// <summary>The file it is kept in; null for memory alone.</summary>
    public string? FilePath => _memory.FilePath;

    /// <summary>Bytes of the data area that are free; a child device takes its size and its page table of them.</summary>
    public long FreeBytes
    {
        get
        {
            lock (_lock)
            {
                return _table.FreeBytes;
            }
        }
    }

    /// <summary>The child devices there are, in the order of the NAT.</summary>
    public IReadOnlyList<ChildDevice> Children
    {
        get
        {
            lock (_lock)
            {
                return [.. _table.Children.Select(record => record.Child)];
            }
        }
    }

    /// <summary>Makes an empty device.</summary>
    /// <exception cref="NvmException">The size or the file will not do; no file is left behind.</exception>
    public static NvmDevice Create(NvmDeviceOptions options, MemoryLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(options);
        var geometry = DeviceGeometry.Plan(options.SizeBytes, options.MaxChildDevices);
        var memory = DeviceMemory.Create(options.SizeBytes, options.FilePath, ledger);
        try
        {
            return Start(memory, ledger, options.PowerFailures, lease => DeviceMetadata.Format(memory, lease, options.DeviceId, geometry));
        }
        catch when (options.FilePath is not null)
        {
            File.Delete(options.FilePath);
            throw;
        }
    }

    /// <summary>
    /// Mounts the device that a file holds: checks GMB, NAT and every page table. Once all of it is known to be right,
    /// damaged copies are renewed from their twins and the allocation bitmap from the page tables; a refused file is left as it is.
    /// </summary>
    /// <exception cref="NvmException">The file cannot be opened, another process has it, or a structure is damaged;
    /// the message names it.</exception>
    public static NvmDevice Open(string filePath, MemoryLedger ledger)
    {
        var memory = DeviceMemory.Open(filePath, ledger);
        return Start(memory, ledger, powerFailures: null, lease => DeviceMetadata.Load(memory, lease));
    }

    /// <summary>Cuts a child device from the data area. It is there, whole, or not at all, whenever the power fails.</summary>
    /// <param name="name">Its name, 1 to 64 bytes of UTF-8, not yet used on this device.</param>
    /// <param name="sizeBytes">Its size; rounded up to a multiple of 4096.</param>
    /// <exception cref="NvmException">The name will not do, the NAT is full, or the device has too little free.</exception>
    public ChildDevice CreateChild(string name, long sizeBytes)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _table.Create(name, sizeBytes);
        }
    }

    /// <summary>
    /// Grows or shrinks a child device while others are used, and it too: its areas and their leases follow.
    /// It has the old size or the new one, whenever the power fails. What it grows by is zero; what it loses is wiped.
    /// </summary>
    /// <param name="name">Which one.</param>
    /// <param name="sizeBytes">Its new size; rounded up to a multiple of 4096.</param>
    /// <param name="usedBytes">What must stay of it, such as a virtual disk on it.</param>
    /// <returns>What it is now.</returns>
    /// <exception cref="NvmException">There is none of this name, the size is less than what is used,
    /// or there is too little room on the device or behind an area.</exception>
    public ChildDevice ResizeChild(string name, long sizeBytes, long usedBytes = 0)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _table.Resize(name, sizeBytes, usedBytes);
        }
    }

    /// <summary>Deletes a child device, wipes its blocks and frees them.</summary>
    /// <exception cref="NvmException">There is none of this name, or it is mapped.</exception>
    public void DeleteChild(string name)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _table.Delete(name);
        }
    }

    /// <summary>Maps a child device as one contiguous range of addresses.</summary>
    /// <param name="child">One of <see cref="Children"/>.</param>
    /// <param name="prefault">Whether every page gets memory now instead of at its first touch;
    /// takes time and memory for the whole child device.</param>
    /// <param name="protection">How the area is kept from wild stores.</param>
    /// <exception cref="NvmException">There is no such child device any more, the kernel refuses the mapping,
    /// or this machine cannot protect it in this way.</exception>
    public NvmArea Map(ChildDevice child, bool prefault = false, ProtectionMethod protection = ProtectionMethod.None)
    {
        ArgumentNullException.ThrowIfNull(child);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var record = _table.Find(child.Name);
            if (record.Child.Id != child.Id)
            {
                throw new NvmException($"child device '{child.Name}'", "it was deleted; another has its name now");
            }

            var area = NvmArea.Map(
                record.Child,
                _memory,
                prefault,
                _ledger,
                protect: start => _protection.Make(protection, record.Child, start),
                gate: GateFor(record),
                record.Remove);
            record.Add(area);
            return area;
        }
    }

    /// <summary>
    /// The power fails and comes back: this device ends without another store, and what its memory holds is mounted as <see cref="Open"/>
    /// mounts a file. Every store made so far is there; a power-failure model is for failures that lose some.
    /// </summary>
    /// <returns>The device from now on; it has the memory that this one had.</returns>
    /// <exception cref="NvmException">A child device is mapped, or a structure is damaged; the message names it.</exception>
    /// <exception cref="InvalidOperationException">A power-failure model watches the device:
    /// what its power failures leave is the model's to say.</exception>
    public NvmDevice MountAfterPowerFailure()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_powerFailures is not null)
            {
                throw new InvalidOperationException(
                    "the device is watched by a model of power failures; its explorer mounts what they leave");
            }

            if (_table.Children.FirstOrDefault(record => record.IsMapped) is { } mapped)
            {
                throw new NvmException($"child device '{mapped.Child.Name}'", "it is mapped; whoever uses it loses power first");
            }

            var isThere = _memory.TryJoin(); // for the new device; this one has not left yet
            Debug.Assert(isThere, "a device that was not disposed is a user of its memory");
            Dispose();
        }

        return Start(_memory, _ledger, powerFailures: null, lease => DeviceMetadata.Load(_memory, lease));
    }

    /// <summary>Ends the device; areas and leases stay good. Twice does no harm.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _metadata.Dispose();
                _memory.Leave();
            }
        }
    }

    /// <summary>Mounts the device that some memory holds; takes over one user's place in it, and the lease on the whole of it.</summary>
    internal static NvmDevice Mount(DeviceMemory memory, NvmLease whole, MemoryLedger ledger, IStoreWatch? powerFailures) =>
        Start(memory, whole, ledger, powerFailures, () => { }, lease => DeviceMetadata.Load(memory, lease));

    private static NvmDevice Start(DeviceMemory memory, MemoryLedger ledger,
        IStoreWatch? powerFailures, Func<NvmLease, DeviceMetadata> load)
    {
        NvmLease whole;
        Action shut;
        try
        {
            whole = DeviceMetadata.LeaseWhole(memory, ledger, powerFailures, out shut);
        }
        catch
        {
            memory.Leave();
            throw;
        }

        return Start(memory, whole, ledger, powerFailures, shut, load);
    }

    private static NvmDevice Start(
        DeviceMemory memory, NvmLease whole, MemoryLedger ledger,
        IStoreWatch? powerFailures, Action shut, Func<NvmLease, DeviceMetadata> load)
    {
        try
        {
            var metadata = load(whole);
            var contents = DeviceContents.Load(metadata);
            metadata.Settle(contents.Nat, contents.Allocator);
            return new NvmDevice(memory, metadata, contents, ledger, powerFailures, shut);
        }
        catch
        {
            whole.Dispose();
            memory.Leave();
            throw;
        }
    }

    private Func<nint, AccessGate>? GateFor(ChildRecord record) =>
        _powerFailures is { } model ? start => model.GateFor(start, () => record.Places) : null;
}
