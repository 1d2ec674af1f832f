using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Vm.Storage;

/// <summary>
/// A virtual disk as one VCPU sees it: the map is the disk's, the lease and the count of writes are its own. Used by one thread at a time.
/// </summary>
public sealed class VirtualDiskSession : BlockStorage
{
    private const int BlockShift = 12;

    private readonly VirtualDisk _disk;
    private readonly NvmLease _lease;
    private readonly WearLane? _lane;
    private readonly uint[] _map, _writes;
    private readonly byte[] _scratch;
    private readonly uint _dataBlocks;
    private readonly long _dataOffset;
    private ulong _end;

    internal VirtualDiskSession(VirtualDisk disk, NvmLease lease, WearLane? lane)
    {
        (_disk, _lease, _lane, _map) = (disk, lease, lane, disk.Map);
        _dataBlocks = (uint)disk.Geometry.DataBlocks;
        (_writes, _scratch) = lane is null ? (new uint[_dataBlocks], []) : (Array.Empty<uint>(), new byte[BlockBytes]);
        _dataOffset = disk.Geometry.DataFirstBlock * BlockBytes;
        _end = (ulong)disk.SizeBytes + 1;
    }

    /// <inheritdoc/>
    public override long SizeBytes => _disk.SizeBytes;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Read(long offsetBytes, Span<byte> destination)
    {
        Check(offsetBytes, destination.Length);
        if (_lane is null && IsWithinBlock(offsetBytes, destination.Length))
        {
            _lease.Read(Place(_map[offsetBytes >> BlockShift], offsetBytes), destination);
            return;
        }

        while (destination.Length > 0)
        {
            var length = _lane is null ? ReadAdjacentRun(offsetBytes, destination) : ReadThroughLane(offsetBytes, destination);
            destination = destination[length..];
            offsetBytes += length;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        Check(offsetBytes, source.Length);
        if (_lane is null && IsWithinBlock(offsetBytes, source.Length))
        {
            var physical = _map[offsetBytes >> BlockShift];
            _lease.Write(Place(physical, offsetBytes), source);
            _writes[physical]++;
            return;
        }

        if (_lane is not null)
        {
            WriteThroughLane(offsetBytes, source);
            return;
        }

        while (source.Length > 0)
        {
            var length = WriteAdjacentRun(offsetBytes, source);
            source = source[length..];
            offsetBytes += length;
        }

        _lease.Fence();
    }

    /// <inheritdoc/>
    public override void Foresee(long offsetBytes, bool isWrite)
    {
        Check(offsetBytes, 1);
        ref var physical = ref _map[offsetBytes >> BlockShift];
        if (!isWrite)
        {
            CacheHint.Fetch(ref physical);
        }
        else if (_lane is null)
        {
            CacheHint.Fetch(ref _writes[physical]);
        }
        else
        {
            _lane.Foresee(physical);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Prefetch(long offsetBytes)
    {
        Check(offsetBytes, 1);
        _lease.Prefetch(Place(_map[offsetBytes >> BlockShift], offsetBytes));
    }

    /// <inheritdoc/>
    public override void ReadNothing(long offsetBytes, int lengthBytes)
    {
        Check(offsetBytes, lengthBytes);
        for (var (block, end) = BlocksOf(offsetBytes, lengthBytes); block < end; block++)
        {
            // The lookup is what is asked for: a map that points astray must not pass because nobody looked.
            if (_map[block] >= _dataBlocks)
            {
                throw new NvmException("VDMT", $"block {block} maps to {_map[block]}, behind the data area");
            }
        }
    }

    /// <inheritdoc/>
    public override void WriteNothing(long offsetBytes, int lengthBytes)
    {
        Check(offsetBytes, lengthBytes);
        if (IsWithinBlock(offsetBytes, lengthBytes))
        {
            CountWrite(offsetBytes >> BlockShift);
            return;
        }

        for (var (block, end) = BlocksOf(offsetBytes, lengthBytes); block < end; block++)
        {
            CountWrite(block);
        }
    }

    /// <inheritdoc/>
    public override WearWork TakeWearWork() => _lane?.TakeWork() ?? default;

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _end, 0) != 0)
        {
            _lane?.End();
            _lease.Dispose();
            _disk.End(this);
        }
    }

    internal void AddCounts(Span<uint> counts)
    {
        for (var block = 0; block < _writes.Length; block++)
        {
            counts[block] += _writes[block];
        }
    }

    private void CountWrite(long block)
    {
        if (_lane is null)
        {
            _writes[_map[block]]++;
        }
        else
        {
            _lane.CountWrite((uint)block);
        }
    }

    /// <summary>The longest stretch from here on whose blocks are adjacent on the device as well.</summary>
    private (uint Physical, int Length) AdjacentRun(long offsetBytes, int max)
    {
        var logical = offsetBytes >> BlockShift;
        var physical = _map[logical];
        var length = BlockBytes - ((int)offsetBytes & (BlockBytes - 1));
        for (var next = 1; length < max && _map[logical + next] == physical + (uint)next; next++)
        {
            length += BlockBytes;
        }

        return (physical, Math.Min(length, max));
    }

    private int ReadAdjacentRun(long offsetBytes, Span<byte> destination)
    {
        var (physical, length) = AdjacentRun(offsetBytes, destination.Length);
        _lease.Read(Place(physical, offsetBytes), destination[..length]);
        return length;
    }

    private int WriteAdjacentRun(long offsetBytes, ReadOnlySpan<byte> source)
    {
        var (physical, length) = AdjacentRun(offsetBytes, source.Length);
        _lease.Stream(Place(physical, offsetBytes), source[..length]);
        var (block, end) = BlocksOf(offsetBytes, length);
        for (var i = 0; i < end - block; i++)
        {
            _writes[physical + i]++;
        }

        return length;
    }

    private int ReadThroughLane(long offsetBytes, Span<byte> destination)
    {
        var logical = (uint)(offsetBytes >> BlockShift);
        var length = Math.Min(destination.Length, BlockBytes - ((int)offsetBytes & (BlockBytes - 1)));
        uint ticket;
        do
        {
            ticket = _lane!.BeginRead(logical);
            _lease.Read(Place(Volatile.Read(ref _map[logical]), offsetBytes), destination[..length]);
        }
        while (!_lane.ReadHeld(logical, ticket));

        return length;
    }

    private void WriteThroughLane(long offsetBytes, ReadOnlySpan<byte> source)
    {
        if (!_disk.CopiesBytes)
        {
            throw new InvalidOperationException(
                "the disk was mounted without bytes: its wear policy moves blocks and leaves their bytes behind");
        }

        while (source.Length > 0)
        {
            var length = WriteBlockThroughLane(offsetBytes, source);
            source = source[length..];
            offsetBytes += length;
        }
    }

    private int WriteBlockThroughLane(long offsetBytes, ReadOnlySpan<byte> source)
    {
        var logical = (uint)(offsetBytes >> BlockShift);
        var within = (int)offsetBytes & (BlockBytes - 1);
        var part = source[..Math.Min(source.Length, BlockBytes - within)];
        var target = _lane!.BeginWrite(logical, part.Length == BlockBytes, out var old);
        try
        {
            if (target == old || part.Length == BlockBytes)
            {
                // fenced: F1 when it is a redirect, and before others may read what is in the block
                _lease.Write(Place(target, offsetBytes), part);
            }
            else
            {
                // The guest writes a part; the rest of the block moves along.
                _lease.Read(Place(old, 0), _scratch);
                part.CopyTo(_scratch.AsSpan(within));
                _lease.Write(Place(target, 0), _scratch); // F1
            }
        }
        catch
        {
            _lane.AbandonWrite(logical, target);
            throw;
        }

        _lane.EndWrite(logical, target);
        return part.Length;
    }

    private long Place(uint physical, long offsetBytes) => _dataOffset + ((long)physical << BlockShift) + (offsetBytes & (BlockBytes - 1));

    private static bool IsWithinBlock(long offsetBytes, int lengthBytes) =>
        (uint)(lengthBytes - 1) < (uint)(BlockBytes - ((int)offsetBytes & (BlockBytes - 1)));

    private static (long First, long End) BlocksOf(long offsetBytes, int lengthBytes) =>
        lengthBytes == 0 ? (0, 0) : (offsetBytes >> BlockShift, ((offsetBytes + lengthBytes - 1) >> BlockShift) + 1);

    private void Check(long offsetBytes, int lengthBytes)
    {
        var end = Volatile.Read(ref _end); // once, for both comparisons
        if ((ulong)offsetBytes >= end || (ulong)lengthBytes >= end - (ulong)offsetBytes)
        {
            Refuse(offsetBytes, lengthBytes);
        }
    }

    [DoesNotReturn]
    private void Refuse(long offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(_end == 0, this);
        throw new ArgumentOutOfRangeException(nameof(offsetBytes),
            $"{lengthBytes} bytes at offset {offsetBytes} are not within the {SizeBytes} bytes of the disk");
    }
}
