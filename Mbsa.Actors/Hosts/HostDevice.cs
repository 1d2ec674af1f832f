using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Migrating;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// A host's NVM device and whose child device is whose: a VM finds the one that has its name, or gets a new one. On a device in a file
/// child devices stay when their VMs end; else they go with them.
/// </summary>
internal sealed class HostDevice : IDisposable
{
    private volatile NvmDevice _device;

    private HostDevice(NvmDevice device) => _device = device;

    /// <summary>Bytes of the device that are taken, its own metadata included.</summary>
    public long AllocatedBytes => _device.SizeBytes - _device.FreeBytes;

    private bool IsKept => _device.FilePath is not null;

    /// <summary>Who has which blocks. Any thread may ask.</summary>
    public DeviceLayout Layout()
    {
        var device = _device;
        return new DeviceLayout(
            device.Geometry.DeviceBlocks,
            device.Geometry.DataFirstBlock,
            [.. device.Children.Select(child => new ChildPlace(child.Name, child.Extents))]);
    }

    /// <summary>Makes the device of a scenario, or takes it up again when its file is there.</summary>
    /// <exception cref="NvmException">
    /// It cannot be made, or what the file holds is damaged or not what the scenario asks for. A file that was there is as it was.
    /// </exception>
    public static HostDevice Attach(ScenarioSpec scenario, MemoryLedger ledger)
    {
        var host = scenario.Host;
        if (host.NvmFile is { } file && File.Exists(file))
        {
            var found = new HostDevice(NvmDevice.Open(file, ledger));
            try
            {
                found.RequireWhatIsAskedFor(scenario);
                return found;
            }
            catch
            {
                found.Dispose();
                throw;
            }
        }

        return new HostDevice(NvmDevice.Create(
            new NvmDeviceOptions
            {
                SizeBytes = host.NvmSizeBytes,
                FilePath = host.NvmFile,
                DeviceId = host.NvmDeviceId ?? SeededGuid.Of(scenario.Seed, scenario.Name),
            },
            ledger));
    }

    /// <summary>Maps the child device of a VM, which is made or grown if need be.</summary>
    /// <param name="vm">A VM with storage.</param>
    /// <param name="prefault">Whether every page gets memory now.</param>
    /// <param name="protection">How the area is kept from wild stores.</param>
    /// <returns>The area, and whether the child device is new.</returns>
    /// <exception cref="NvmException">It does not fit the device, or holds something else.</exception>
    public (NvmArea Area, bool IsNew) AttachArea(VmSpec vm, bool prefault, ProtectionMethod protection)
    {
        var storage = vm.Storage!;
        if (Find(vm.Name) is not { } child)
        {
            return (_device.Map(_device.CreateChild(vm.Name, storage.ChildBytes), prefault, protection), true);
        }

        RequireDisk(child, storage);
        var grown = child.SizeBytes < storage.ChildBytes ? _device.ResizeChild(vm.Name, storage.ChildBytes) : child;
        return (_device.Map(grown, prefault, protection), false);
    }

    /// <summary>Maps a new child device for a VM that is about to come from another host.</summary>
    /// <exception cref="NvmException">It does not fit the device, or one of this name is there.</exception>
    public NvmArea PrepareArea(VmSpec vm, bool prefault, ProtectionMethod protection)
    {
        if (Find(vm.Name) is { } child)
        {
            Require(false, child, "it is there from an earlier run, and the VM would overwrite it; start the VM on this host");
        }

        return AttachArea(vm, prefault, protection).Area;
    }

    /// <summary>Puts blocks of a VM that comes from another host into its child device, which is made as long as it is there.</summary>
    /// <exception cref="NvmException">There is too little room.</exception>
    /// <exception cref="InvalidDataException">The blocks are damaged, or something else.</exception>
    public void Write(VmSpec vm, NvmArea area, byte[] blocks)
    {
        if (MigratedBlocks.AreaBytes(blocks) is var sizeBytes && area.LengthBytes != sizeBytes)
        {
            _device.ResizeChild(vm.Name, sizeBytes);
        }

        MigratedBlocks.Apply(blocks, area);
    }

    /// <summary>Compares what arrived of a child device with what left.</summary>
    /// <param name="area">Where it lies; null without storage.</param>
    /// <param name="hasBytes">Whether its blocks have bytes.</param>
    /// <param name="contentHash">Hash over what left.</param>
    /// <returns>What is not the same; null when it is.</returns>
    public static string? WhyNotTheSame(NvmArea? area, bool hasBytes, ulong contentHash)
    {
        const string Another = "its child device is not what left";
        try
        {
            var hash = area is null ? 0 : MigratedBlocks.HashOf(area, hasBytes);
            return hash == contentHash ? null : $"{Another}: the hash over its bytes is {hash:x16}, and was {contentHash:x16}";
        }
        catch (NvmException damaged)
        {
            return $"{Another}: {damaged.Message}";
        }
    }

    /// <summary>Maps the child device that a VM had before the power failed, as it is.</summary>
    /// <exception cref="NvmException">There is none, or it cannot be mapped.</exception>
    public NvmArea ReattachArea(VmSpec vm, bool prefault, ProtectionMethod protection) =>
        _device.Map(Find(vm.Name) ?? throw new NvmException("NAT", $"there is no child device '{vm.Name}' any more"), prefault, protection);

    /// <summary>
    /// The power fails and comes back: the device is mounted anew from what its memory holds. No child device may be mapped.
    /// </summary>
    /// <exception cref="NvmException">A structure is damaged; the message names it.</exception>
    public void LosePower() => _device = _device.MountAfterPowerFailure();

    /// <summary>Ends a VM's hold on its child device, whose area is disposed.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="isOfNoUse">Whether its child device was made for it and it never ran, or it is elsewhere now.</param>
    public void Release(VmSpec vm, bool isOfNoUse)
    {
        if (!IsKept || isOfNoUse)
        {
            _device.DeleteChild(vm.Name);
        }
    }

    /// <summary>Grows or shrinks the child device of a running VM; its virtual disk keeps its size.</summary>
    /// <exception cref="NvmException">The disk on it needs more, or the device has too little room.</exception>
    public void Resize(VmSpec vm, NvmArea area, long sizeBytes)
    {
        var usedBytes = vm.Storage!.Path == IoPath.Host ? vm.Storage.SizeBytes : VirtualDisk.Find(area)?.Geometry.TotalBytes;
        _device.ResizeChild(vm.Name, sizeBytes, usedBytes ?? vm.Storage.ChildBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private ChildDevice? Find(string name) => _device.Children.FirstOrDefault(child => child.Name == name);

    private void RequireWhatIsAskedFor(ScenarioSpec scenario)
    {
        var host = scenario.Host;
        if (host.NvmSizeIsAskedFor && host.NvmSizeBytes != _device.SizeBytes)
        {
            throw new NvmException("GMB", $"the device has {_device.SizeBytes} bytes, the scenario asks for {host.NvmSizeBytes}; "
                + $"write 'size: {_device.SizeBytes}B', leave it out, or name another file");
        }

        if (host.NvmDeviceId is { } id && id != _device.DeviceId)
        {
            throw new NvmException("GMB", $"the device is {_device.DeviceId}, the scenario asks for {id}; "
                + "name its file, or leave 'uuid' out");
        }

        foreach (var vm in scenario.Vms)
        {
            if (vm.Storage is { } storage && Find(vm.Name) is { } child)
            {
                RequireDisk(child, storage);
            }
        }

        RequireRoom(scenario);
    }

    /// <summary>
    /// Sees to it that what is still to be made fits. Counted is the least it can take: how many page tables there will be is known when
    /// the blocks are.
    /// </summary>
    private void RequireRoom(ScenarioSpec scenario)
    {
        var freeBytes = _device.FreeBytes;
        Int128 neededBytes = 0;
        List<string> names = [];
        foreach (var vm in scenario.Vms)
        {
            if (vm.Storage is { } storage && BytesToTake(Find(vm.Name), storage.ChildBytes) is > 0 and var bytes)
            {
                neededBytes += bytes;
                names.Add($"'{vm.Name}'");
            }
        }

        if (neededBytes > freeBytes)
        {
            var some = $"{string.Join(", ", names.Take(5))}{(names.Count > 5 ? ", ..." : "")}";
            var who = names.Count == 1 ? $"VM {names[0]} still needs" : $"{names.Count} VMs ({some}) still need";
            throw new NvmException("data area", $"the device is too small: {who} {neededBytes} bytes of it, "
                + $"{freeBytes} of {_device.SizeBytes} are free; name a larger device, or delete what nobody needs with "
                + $"'mbsa nvm child delete {_device.FilePath} NAME'");
        }
    }

    private static long BytesToTake(ChildDevice? child, long childBytes)
    {
        var blocks = DeviceGeometry.BlocksOf(childBytes);
        return child is null
            ? (blocks + PageTable.CountPages([new BlockExtent(0, blocks)])) * DeviceGeometry.BlockBytes
            : (blocks - DeviceGeometry.BlocksOf(child.SizeBytes)) * DeviceGeometry.BlockBytes;
    }

    /// <summary>Sees to it that nothing on a child device that was there before is lost, or taken for something else.</summary>
    private void RequireDisk(ChildDevice child, StorageSpec storage)
    {
        using var area = _device.Map(child);
        if (storage.Path == IoPath.Host)
        {
            var holds = VirtualDisk.IsMarked(area) ? $"it holds a virtual disk, which path 'host' would overwrite; take path 'memory-bus'"
                : child.SizeBytes > storage.SizeBytes
                    ? $"it has {child.SizeBytes} bytes, the scenario asks for {storage.SizeBytes}; write 'size: {child.SizeBytes}B'"
                : null;
            Require(holds is null, child, holds);
        }
        else if (VirtualDisk.Find(area) is { } disk)
        {
            var diskBytes = disk.Geometry.GuestBlocks * BlockStorage.BlockBytes;
            Require(diskBytes == storage.SizeBytes, child,
                $"its virtual disk has {diskBytes} bytes, the scenario asks for {storage.SizeBytes}; write 'size: {diskBytes}B'");
            Require(disk.WearPolicyName == storage.WearPolicy, child,
                $"its virtual disk has wear policy '{disk.WearPolicyName}', the scenario asks for '{storage.WearPolicy}'; "
                + $"write 'wear: {disk.WearPolicyName}'");
            Require(disk.WearParameters == storage.WearParameters, child,
                $"its wear policy has '{disk.WearParameters}', the scenario asks for '{storage.WearParameters}'; "
                + $"write 'wear: {WearPolicies.Written(disk.WearPolicyName, disk.WearParameters)}'");
        }
    }

    private void Require(bool isRight, ChildDevice child, string? problem)
    {
        if (!isRight)
        {
            throw new NvmException($"child device '{child.Name}'",
                $"{problem}, or delete it with 'mbsa nvm child delete {_device.FilePath} {child.Name}'");
        }
    }
}
