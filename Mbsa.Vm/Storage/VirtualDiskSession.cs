using System.Diagnostics.CodeAnalysis;
using Mbsa.Nvm.Devices;

namespace Mbsa.Vm.Storage;

/// <summary>A virtual disk as one VCPU sees it: the map is the disk's, the lease and the count of writes are its own. Used by one thread at a time.</summary>
public sealed class VirtualDiskSession : BlockStorage
{
    private const int BlockShift = 12;

    private readonly VirtualDisk _disk;
    private readonly NvmLease _lease;
    private readonly WearLane? _lane;
    private readonly uint[] _map, _writes;
    private readonly long _dataOffset;
    private ulong _end;
    private uint _foreseen;

    internal VirtualDiskSession(VirtualDisk disk, NvmLease lease, WearLane? lane)
    {
        (_disk, _lease, _lane, _map) = (disk, lease, lane, disk.Map);
        _writes = new uint[disk.Geometry.DataBlocks];
        _dataOffset = disk.Geometry.DataFirstBlock * BlockBytes;
        _end = (ulong)disk.SizeBytes + 1;
    }

    /// <inheritdoc/>
    public override long SizeBytes => _disk.SizeBytes;

    /// <inheritdoc/>
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

        while (source.Length > 0)
        {
            var length = _lane is null ? WriteAdjacentRun(offsetBytes, source) : WriteThroughLane(offsetBytes, source);
            source = source[length..];
            offsetBytes += length;
        }

        _lease.Fence();
    }

    /// <inheritdoc/>
    public override void Foresee(long offsetBytes, bool isWrite)
    {
        Check(offsetBytes, 1);
        var physical = _map[offsetBytes >> BlockShift];
        _foreseen += isWrite ? _writes[physical] : physical;
    }

    /// <inheritdoc/>
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
            if (_map[block] >= (uint)_writes.Length)
            {
                throw new NvmException("VDMT", $"block {block} maps to {_map[block]}, behind the data area");
            }
        }
    }

    /// <inheritdoc/>
    public override void WriteNothing(long offsetBytes, int lengthBytes)
    {
        Check(offsetBytes, lengthBytes);
        if (_lane is null && IsWithinBlock(offsetBytes, lengthBytes))
        {
            _writes[_map[offsetBytes >> BlockShift]]++;
            return;
        }

        for (var (block, end) = BlocksOf(offsetBytes, lengthBytes); block < end; block++)
        {
            if (_lane is null)
            {
                _writes[_map[block]]++;
            }
            else
            {
                _lane.EndWrite((uint)block, _lane.BeginWrite((uint)block));
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _end, 0) != 0)
        {
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

    /// <summary>The longest stretch from here on whose blocks are adjacent on the device as well.</summary>
    private (uint Physical, int Length) AdjacentRun(long offsetBytes, int atMost)
    {
        var logical = offsetBytes >> BlockShift;
        var physical = _map[logical];
        var length = BlockBytes - ((int)offsetBytes & (BlockBytes - 1));
        for (var next = 1; length < atMost && _map[logical + next] == physical + (uint)next; next++)
        {
            length += BlockBytes;
        }

        return (physical, Math.Min(length, atMost));
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
        uint physical;
        do
        {
            physical = Volatile.Read(ref _map[logical]);
            _lease.Read(Place(physical, offsetBytes), destination[..length]);
        }
        while (!_lane!.ReadHeld(logical, physical));

        return length;
    }

    private int WriteThroughLane(long offsetBytes, ReadOnlySpan<byte> source)
    {
        var logical = (uint)(offsetBytes >> BlockShift);
        var within = (int)offsetBytes & (BlockBytes - 1);
        var length = Math.Min(source.Length, BlockBytes - within);
        var target = _lane!.BeginWrite(logical);
        var old = _map[logical];
        if (target != old && length < BlockBytes)
        {
            // The guest writes a part; the rest of the block moves along.
            var start = Place(old, 0);
            _lease.Stream(Place(target, 0), _lease.View(start, within));
            _lease.Stream(Place(target, within + length), _lease.View(start + within + length, BlockBytes - within - length));
        }

        _lease.Write(Place(target, offsetBytes), source[..length]);
        _lane.EndWrite(logical, target);
        return length;
    }

    private long Place(uint physical, long offsetBytes) => _dataOffset + ((long)physical << BlockShift) + (offsetBytes & (BlockBytes - 1));

    private static bool IsWithinBlock(long offsetBytes, int lengthBytes) =>
        (uint)(lengthBytes - 1) < (uint)(BlockBytes - ((int)offsetBytes & (BlockBytes - 1)));

    private static (long First, long End) BlocksOf(long offsetBytes, int lengthBytes) =>
        lengthBytes == 0 ? (0, 0) : (offsetBytes >> BlockShift, ((offsetBytes + lengthBytes - 1) >> BlockShift) + 1);

    private void Check(long offsetBytes, int lengthBytes)
    {
        if ((ulong)offsetBytes >= _end || (ulong)lengthBytes >= _end - (ulong)offsetBytes)
        {
            Refuse(offsetBytes, lengthBytes);
        }
    }

    [DoesNotReturn]
    private void Refuse(long offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(_end == 0, this);
        throw new ArgumentOutOfRangeException(nameof(offsetBytes), $"{lengthBytes} bytes at offset {offsetBytes} are not within the {SizeBytes} bytes of the disk");
    }
}
