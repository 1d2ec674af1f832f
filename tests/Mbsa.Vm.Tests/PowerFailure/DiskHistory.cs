using System.Buffers.Binary;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.PowerFailure;

/// <summary>
/// A virtual disk that is written at random while the power fails at every fence. What must be found: a disk that mounts, on which every
/// block holds what the last acknowledged write gave it; the block of the write under way holds old and new bytes, or,
/// on an atomic disk, one of them.
/// </summary>
internal sealed class DiskHistory : IDisposable
{
    private const int BlockBytes = BlockStorage.BlockBytes;
    private const int ChangesEvery = 1024;

    private readonly MemoryLedger _ledger = new();
    private readonly PowerFailureModel _model = new();
    private readonly bool _isAtomic;
    private readonly NvmDevice _device;
    private readonly NvmArea _area;
    private readonly byte[][] _acknowledged;
    private readonly Random _random;
    private uint _version;
    private (int Block, byte[] Bytes)? _underWay;

    /// <summary>Formats a disk, writes every block once and ends it.</summary>
    /// <param name="guestBlocks">Blocks of the guest.</param>
    /// <param name="policy">The wear policy.</param>
    /// <param name="parameters">Its parameters; with "atomic" no block may ever be found torn.</param>
    /// <param name="seed">Of the history and of the states that are sampled.</param>
    /// <param name="statesPerFence">States to try at a fence.</param>
    /// <param name="statesPerRecoveryFence">States to try at each fence of a recovery.</param>
    /// <param name="fate">What becomes of each fence.</param>
    public DiskHistory(
        int guestBlocks, string policy, string parameters, int seed, int statesPerFence,
        int statesPerRecoveryFence = 0, Func<long, FenceFate>? fate = null)
    {
        (_isAtomic, _random, _acknowledged) = (parameters.Contains("atomic", StringComparison.Ordinal),
            new Random(seed), [.. Enumerable.Range(0, guestBlocks).Select(block => Content(block, 0))]);
        var (guestBytes, childBytes) =
            ((long)guestBlocks * BlockBytes, VirtualDisks.RequiredBytes((long)guestBlocks * BlockBytes, policy, parameters));
        _device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = childBytes + (16 << 12), DeviceId = Guid.Empty, MaxChildDevices = 16, PowerFailures = _model }, _ledger);
        _area = _device.Map(_device.CreateChild("disk", childBytes));
        VirtualDisks.Format(_area, guestBytes, Guid.Empty, policy, parameters);
        using (var disk = VirtualDisks.Mount(_area))
        using (var session = disk.OpenSession())
        {
            for (var block = 0; block < guestBlocks; block++)
            {
                session.Write((long)block * BlockBytes, _acknowledged[block]);
            }
        }

        FirstFence = _model.Fences;
        _model.Fate = fate;
        Explorer = new PowerFailureExplorer(_model, seed, statesPerFence, statesPerRecoveryFence) { Check = Check };
    }

    public PowerFailureExplorer Explorer { get; }

    /// <summary>Whether the disk is told that its two sessions take turns; else it moves blocks as if both might be writing.</summary>
    public bool SessionsTakeTurns { get; init; } = true;

    /// <summary>Fences before the history began.</summary>
    public long FirstFence { get; }

    /// <summary>Fences so far.</summary>
    public long Fences => _model.Fences;

    /// <summary>Blocks that the wear policy moved, and records it wrote, in this life.</summary>
    public WearWork Levelling { get; private set; }

    /// <summary>
    /// Writes blocks and parts of blocks, mostly of a few, from two sessions in turn;
    /// ends the disk properly and mounts it again on the way.
    /// </summary>
    public void Live(int writes)
    {
        var done = 0;
        while (done < writes)
        {
            Explorer.Step = $"mount before write {done}";
            using var disk = VirtualDisks.Mount(_area, new MountOptions { SessionsTakeTurns = SessionsTakeTurns });
            using VirtualDiskSession one = disk.OpenSession(), two = disk.OpenSession();
            for (var until = Math.Min(writes, done + Math.Max(4, writes / 2)); done < until; done++)
            {
                var hot = Math.Max(1, _acknowledged.Length / 4);
                Write(done % 2 == 0 ? one : two, _random.Next(4) == 0 ? _random.Next(_acknowledged.Length) : _random.Next(hot));
            }

            Explorer.Step = $"end after write {done}";
        }

        Explorer.Explore();
    }

    public void Dispose()
    {
        Explorer.Dispose();
        _area.Dispose();
        _device.Dispose();
        if (!_ledger.IsEmpty)
        {
            throw new InvalidOperationException(_ledger.Describe());
        }
    }

    private void Write(VirtualDiskSession session, int block)
    {
        var written = Content(block, ++_version);
        var (start, end) = _random.Next(3) > 0 ? (0, BlockBytes) : Part();
        Explorer.Step = $"write {_version}, bytes {start} to {end - 1} of block {block}";
        byte[] after = [.. _acknowledged[block][..start], .. written[start..end], .. _acknowledged[block][end..]];
        _underWay = (block, after);
        session.Write((long)block * BlockBytes + start, written.AsSpan(start, end - start));
        var work = session.TakeWearWork();
        Levelling = new WearWork(Levelling.Relocations + work.Relocations, Levelling.Records + work.Records);
        _acknowledged[block] = after;
        _underWay = null;
    }

    /// <summary>Some sectors of a block, never all of them. They begin where the contents of two writes differ.</summary>
    private (int Start, int End) Part()
    {
        var start = _random.Next(4) * ChangesEvery;
        return (start, _random.Next(start + 512, BlockBytes) / 512 * 512);
    }

    private string? Check(NvmDevice found)
    {
        using var area = found.Map(found.Children.Single());
        using var disk = VirtualDisks.Mount(area);
        using var session = disk.OpenSession();
        var bytes = new byte[BlockBytes];
        for (var block = 0; block < _acknowledged.Length; block++)
        {
            session.Read((long)block * BlockBytes, bytes);
            if (!IsRight(block, bytes))
            {
                var wrong = bytes.AsSpan().CommonPrefixLength(_acknowledged[block]) & -8;
                return $"block {block} is wrong from byte {wrong} on: "
                    + $"it holds write {BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(wrong))} "
                    + $"of block {BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(wrong + 4))}";
            }
        }

        return null;
    }

    private bool IsRight(int block, byte[] bytes)
    {
        var old = _acknowledged[block];
        if (bytes.AsSpan().SequenceEqual(old))
        {
            return true;
        }

        if (_underWay is not var (writtenBlock, after) || writtenBlock != block)
        {
            return false;
        }

        if (_isAtomic)
        {
            return bytes.AsSpan().SequenceEqual(after);
        }

        for (var word = 0; word < BlockBytes; word += 8)
        {
            var now = bytes.AsSpan(word, 8);
            if (!now.SequenceEqual(old.AsSpan(word, 8)) && !now.SequenceEqual(after.AsSpan(word, 8)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Every word of a block tells which write of which block it belongs to, but only some lines change from one write to the next.
    /// </summary>
    private static byte[] Content(int block, uint version)
    {
        var bytes = new byte[BlockBytes];
        for (var word = 0; word < BlockBytes; word += 8)
        {
            var changes = word % ChangesEvery < 64;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(word), changes ? version : 0);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(word + 4), (uint)block);
        }

        return bytes;
    }
}
