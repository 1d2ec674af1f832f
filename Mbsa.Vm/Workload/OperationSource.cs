using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>
/// The operations of one clone of a job, one after the other, as fio would choose them. A random job goes over its region in passes, each
/// block once in each, reads and writes together (with <c>norandommap</c> each block is drawn for itself); reads and writes of a
/// sequential mix each go on where the last of their own kind ended. It never ends: who runs it stops after <see cref="TotalBytes"/> or
/// when the job's time is over. For one thread at a time; nothing here locks or allocates.
/// </summary>
public sealed class OperationSource
{
    private const int BlocksAtOnce = 64;
    private readonly Access _access;
    private readonly bool _mixed;
    private readonly bool _onlyWrites;
    private readonly ulong _readsBelow;
    private readonly long _startBytes;
    private Xoshiro256 _random;
    private long _previousEndBytes = -1;
    private readonly bool _hasTwoMaps;
    private readonly SteppedOperations? _steps;
    private Direction _read;
    private Direction _write;

    /// <summary>Lays the job's region on a disk, as if that were its file.</summary>
    /// <param name="job">A job that does I/O.</param>
    /// <param name="diskSizeBytes">Size of the disk in bytes.</param>
    /// <param name="seed">From <see cref="JobSeed"/>; a job's own <see cref="JobSpec.RandSeed"/> goes before it.</param>
    /// <param name="cloneIndex">Which of the job's clones this is, from 0: it shifts the region by the offset increment.</param>
    /// <exception cref="InputException">The region does not fit the disk.</exception>
    public OperationSource(JobSpec job, long diskSizeBytes, ulong seed, int cloneIndex)
        : this(job, new JobExtent(0, diskSizeBytes), seed, cloneIndex)
    {
    }

    /// <summary>Lays the job's region in a file.</summary>
    /// <param name="job">A job that does I/O.</param>
    /// <param name="file">The file, from <see cref="DiskLayout"/>.</param>
    /// <param name="seed">From <see cref="JobSeed"/>; a job's own <see cref="JobSpec.RandSeed"/> goes before it.</param>
    /// <param name="cloneIndex">Which of the job's clones this is, from 0: it shifts the region by the offset increment.</param>
    /// <exception cref="InputException">The region does not fit the file.</exception>
    public OperationSource(JobSpec job, JobExtent file, ulong seed, int cloneIndex)
        : this(job, [file], seed, cloneIndex)
    {
    }

    /// <summary>Lays the job's regions in its files.</summary>
    /// <param name="job">A job that does I/O.</param>
    /// <param name="files">The files, from <see cref="DiskLayout"/>; at least one.</param>
    /// <param name="seed">From <see cref="JobSeed"/>; a job's own <see cref="JobSpec.RandSeed"/> goes before it.</param>
    /// <param name="cloneIndex">Which of the job's clones this is, from 0: it shifts the region by the offset increment.</param>
    /// <exception cref="InputException">A region does not fit its file.</exception>
    public OperationSource(JobSpec job, ImmutableArray<JobExtent> files, ulong seed, int cloneIndex)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfNegative(cloneIndex);
        if (job.Pattern == IoPattern.Compute)
        {
            throw new ArgumentException("a compute job does no I/O", nameof(job));
        }

        (_startBytes, var lengthBytes) = JobRegion.Of(job, files[0], cloneIndex);
        seed = job.RandSeed is { } own ? JobSeed.SeedFor(own, cloneIndex) : seed;
        _random = new Xoshiro256(seed);
        var isMix = job.Pattern is IoPattern.ReadWrite or IoPattern.RandReadWrite;
        _mixed = isMix && job.ReadPercent is > 0 and < 100;
        _onlyWrites = job.Pattern is IoPattern.Write or IoPattern.RandWrite || (isMix && job.ReadPercent == 0);
        _readsBelow = (ulong)(((UInt128)1 << 64) * (uint)(_mixed ? job.ReadPercent : 0) / 100);
        _access = job.Pattern is IoPattern.Read or IoPattern.Write or IoPattern.ReadWrite ? Access.Sequential
            : job.Distribution.Kind switch
            {
                DistributionKind.Zipf => Access.Zipf,
                DistributionKind.Pareto => Access.Pareto,
                _ => job.NoRandomMap ? Access.Uniform : Access.Pass,
            };
        if (IsStepped(job, files, lengthBytes))
        {
            _steps = new SteppedOperations(job, files, ~seed, cloneIndex);
            return;
        }

        if (Reads)
        {
            _read = new Direction(job, job.ReadBlockBytes, lengthBytes, _access, seed, sameAs: null);
        }

        if (Writes)
        {
            _write = new Direction(job, job.WriteBlockBytes, lengthBytes, _access, ~seed, sameAs: _mixed ? _read : null);
        }

        _hasTwoMaps = _mixed && _read.BlockBytes != _write.BlockBytes;
        TotalBytes = job.TimeBased ? null : Total(lengthBytes, job);
    }

    private enum Access
    {
        Sequential,
        Pass,
        Uniform,
        Zipf,
        Pareto,
    }

    /// <summary>
    /// Bytes the job transfers, reads and writes together, before it ends; null when it is time-based, or <see cref="IsOver"/> says it.
    /// </summary>
    public long? TotalBytes { get; }

    /// <summary>Whether a job whose operations are chosen one at a time has done them all; it may show only with the next draw.</summary>
    public bool IsOver => _steps is { IsOver: true };

    /// <summary>Whether there are reads among its operations.</summary>
    public bool Reads => _mixed || !_onlyWrites;

    /// <summary>Whether there are writes among its operations.</summary>
    public bool Writes => _mixed || _onlyWrites;

    /// <summary>Draws the next operations.</summary>
    /// <param name="operations">Takes them, in their order.</param>
    /// <param name="held">What is not to be drawn for now; a job that is no mix does not care.</param>
    /// <returns>How many there were: fewer than asked for when the job ends with them.</returns>
    public int Draw(Span<IoOperation> operations, Holding held = default)
    {
        var count = operations.Length;
        if (_steps is not null)
        {
            return Draw(operations, held, _steps);
        }

        if (_access != Access.Pass)
        {
            Draw(operations, held, []);
            return count;
        }

        Span<long> blocks = stackalloc long[BlocksAtOnce];
        while (operations.Length > 0)
        {
            var some = operations[..Math.Min(operations.Length, _hasTwoMaps ? 1 : BlocksAtOnce)];
            if (!_hasTwoMaps)
            {
                (_onlyWrites ? ref _write : ref _read).Pass.Take(blocks[..some.Length]);
            }

            Draw(some, held, blocks);
            operations = operations[some.Length..];
        }

        return count;
    }

    private int Draw(Span<IoOperation> operations, Holding held, SteppedOperations steps)
    {
        for (var i = 0; i < operations.Length; i++)
        {
            if (steps.IsOver || !steps.TryNext(IsNextWrite(ref _random, held), out var operation))
            {
                return i;
            }

            operations[i] = operation with { IsSequential = operation.OffsetBytes == _previousEndBytes };
            _previousEndBytes = operation.OffsetBytes + operation.LengthBytes;
        }

        return operations.Length;
    }

    private bool IsNextWrite(ref Xoshiro256 random, Holding held) =>
        _mixed ? (random.Next() >= _readsBelow | held.Reads) & !held.Writes : _onlyWrites;

    private void Draw(Span<IoOperation> operations, Holding held, ReadOnlySpan<long> blocks)
    {
        // Copies that nobody has the address of stay in registers:
        // many are drawn at once, and drawing them is what the virtual clock mostly does.
        var (random, previousEndBytes) = (_random, _previousEndBytes);
        for (var i = 0; i < operations.Length; i++)
        {
            var isWrite = _mixed ? (random.Next() >= _readsBelow | held.Reads) & !held.Writes : _onlyWrites;
            ref var direction = ref isWrite ? ref _write : ref _read;
            var block = _access switch
            {
                Access.Sequential => direction.Advance(),
                Access.Pass => _hasTwoMaps ? direction.NextOfPass() : blocks[i],
                Access.Uniform => random.Below(direction.Blocks),
                _ => Popular(in direction, ref random),
            };
            var offset = _startBytes + (block * direction.BlockBytes);
            operations[i] = new IoOperation(offset, direction.BlockBytes, isWrite, offset == previousEndBytes);
            previousEndBytes = offset + direction.BlockBytes;
        }

        (_random, _previousEndBytes) = (random, previousEndBytes);
    }

    /// <summary>Writes down where it stands.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        _random.SaveTo(to);
        to.Write(_previousEndBytes);
        _steps?.SaveTo(to);
        to.Write(_read.NextBlock);
        to.Write(_write.NextBlock);
        _read.Pass.SaveTo(to);
        _write.Pass.SaveTo(to);
    }

    /// <summary>Goes on where one like it stood.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        _random = Xoshiro256.RestoreFrom(from);
        _previousEndBytes = from.ReadInt64();
        _steps?.RestoreFrom(from);
        _read.NextBlock = from.ReadInt64();
        _write.NextBlock = from.ReadInt64();
        _read.Pass.RestoreFrom(from);
        _write.Pass.RestoreFrom(from);
    }

    private static long Popular(in Direction direction, ref Xoshiro256 random)
    {
        var own = random;
        var rank = direction.Zipf is { } zipf ? zipf.Next(ref own) : direction.Pareto!.Next(ref own);
        random = own;
        return direction.Scatter.BlockOf(rank);
    }

    /// <summary>
    /// Whether operations have to be chosen one at a time. Those of a plain job are drawn many at once, which is some times as fast.
    /// </summary>
    private bool IsStepped(JobSpec job, ImmutableArray<JobExtent> files, long lengthBytes)
    {
        var isPlain = !job.HasSeveralSizes && files.Length == 1 && job is
        {
            HoleBytes: 0, IosPerOffset: 1, ReadRandomPercent: 100, WriteRandomPercent: 100, ReadAlignBytes: null, WriteAlignBytes: null,
            Distribution: { Centre: null, Kind: not (DistributionKind.Normal or DistributionKind.Zoned) },
        };

        // In a sequential mix both directions begin again when one of them is through; only where time alone ends the job does each alone.
        var beginsAgain = _access == Access.Sequential && (job.Loops > 1 || job.IoSizeBytes > lengthBytes
            || lengthBytes % Math.Min(job.ReadBlockBytes, job.WriteBlockBytes) > 0);
        var countsIos = job.NumberIos is not null && job.ReadBlockBytes != job.WriteBlockBytes;
        return !isPlain || (_mixed && !job.TimeBased && (beginsAgain || countsIos));
    }

    private long Total(long lengthBytes, JobSpec job)
    {
        var unit = !_mixed ? (_onlyWrites ? job.WriteBlockBytes : job.ReadBlockBytes) : Math.Min(job.ReadBlockBytes, job.WriteBlockBytes);
        return new JobLength(job, lengthBytes)
            .TotalOf(_access is Access.Sequential or Access.Pass ? lengthBytes / unit * unit : null, unit);
    }

    private struct Direction
    {
        public readonly int BlockBytes;
        public readonly long Blocks;
        public readonly BlockScatter Scatter;
        public readonly ZipfRanks? Zipf;
        public readonly ParetoRanks? Pareto;
        public long NextBlock;
        public BlockPass Pass;

        public Direction(JobSpec job, int blockBytes, long lengthBytes, Access access, ulong seed, Direction? sameAs)
        {
            BlockBytes = blockBytes;
            Blocks = lengthBytes / blockBytes;
            Pass = new BlockPass(Blocks, seed);
            if (sameAs is { } other && other.Blocks == Blocks)
            {
                (Scatter, Zipf, Pareto) = (other.Scatter, other.Zipf, other.Pareto);
                return;
            }

            Scatter = new BlockScatter(Blocks);
            Zipf = access == Access.Zipf ? new ZipfRanks(Blocks, job.Distribution.Parameter) : null;
            Pareto = access == Access.Pareto ? new ParetoRanks(Blocks, job.Distribution.Parameter) : null;
        }

        public long Advance()
        {
            var block = NextBlock;
            NextBlock = block + 1 == Blocks ? 0 : block + 1;
            return block;
        }

        public long NextOfPass()
        {
            var block = 0L;
            Pass.Take(new Span<long>(ref block));
            return block;
        }
    }
}
