using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>Where a clone of a job stands in one of its files: the ends of its last I/Os, and what a pass has touched.</summary>
internal sealed class FileCursor
{
    private const long Nowhere = -1;
    private readonly DirectionCursor?[] _directions = new DirectionCursor?[2];

    /// <summary>A cursor at the beginning of a file.</summary>
    /// <param name="job">The job.</param>
    /// <param name="file">The file.</param>
    /// <param name="cloneIndex">Which of the job's clones this is.</param>
    /// <exception cref="InputException">The job's region does not fit the file.</exception>
    public FileCursor(JobSpec job, JobExtent file, int cloneIndex)
    {
        (StartBytes, LengthBytes) = JobRegion.Of(job, file, cloneIndex);
        (FileBytes, OffsetBytes) = (file.LengthBytes, StartBytes - file.StartBytes);
        foreach (var isWrite in new[] { false, true })
        {
            if (isWrite ? JobRegion.UsesWrites(job) : JobRegion.UsesReads(job))
            {
                var minBytes = job.MinBlockBytes(isWrite);
                var alignBytes = job.AlignBytes(isWrite);
                var blocks = Math.Max(1, LengthBytes / alignBytes);
                var before = isWrite ? _directions[0] : null;
                var shared = before?.MinBytes == minBytes && before.AlignBytes == alignBytes ? before : null;
                _directions[isWrite ? 1 : 0] = new DirectionCursor
                {
                    MinBytes = minBytes,
                    AlignBytes = alignBytes,
                    Blocks = shared?.Blocks ?? new RandomBlocks(job.Distribution, blocks, alignBytes),
                    Map = job.GoesInPasses ? shared?.Map ?? new BlockMap(blocks) : null,
                };
            }
        }
    }

    /// <summary>First byte of the region on the disk.</summary>
    public long StartBytes { get; }

    /// <summary>Length of the region.</summary>
    public long LengthBytes { get; }

    /// <summary>First byte of the region in its file.</summary>
    public long OffsetBytes { get; }

    /// <summary>Length of the whole file.</summary>
    public long FileBytes { get; }

    /// <summary>Whether its pass is over while that of another file of the job goes on.</summary>
    public bool IsDone { get; set; }

    /// <summary>Where reads or writes stand.</summary>
    public DirectionCursor this[bool isWrite] => _directions[isWrite ? 1 : 0]!;

    /// <summary>Whether the next I/O of either direction that is in use finds no place any more.</summary>
    public bool IsAtEnd(bool isRandom)
    {
        foreach (var direction in _directions)
        {
            var isAtEnd = direction is null
                || (isRandom ? direction.Map is { Free: 0 } : LengthBytes - direction.EndBytes < direction.MinBytes);
            if (!isAtEnd)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes back to the beginning; a new pass begins.</summary>
    public void Reset()
    {
        IsDone = false;
        foreach (var direction in _directions)
        {
            if (direction is not null)
            {
                (direction.EndBytes, direction.LastBytes) = (0, Nowhere);
                direction.Map?.Clear();
            }
        }
    }

    /// <summary>Writes down where it stands.</summary>
    public void SaveTo(BinaryWriter to)
    {
        to.Write(IsDone);
        foreach (var direction in _directions)
        {
            to.Write(direction?.EndBytes ?? 0);
            to.Write(direction?.LastBytes ?? 0);
            direction?.Map?.SaveTo(to);
        }
    }

    /// <summary>Goes on where one like it stood.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        IsDone = from.ReadBoolean();
        foreach (var direction in _directions)
        {
            var (endBytes, lastBytes) = (from.ReadInt64(), from.ReadInt64());
            if (direction is not null)
            {
                (direction.EndBytes, direction.LastBytes) = (endBytes, lastBytes);
                direction.Map?.RestoreFrom(from);
            }
        }
    }

    /// <summary>Where I/Os of one direction stand; places count from the beginning of the region.</summary>
    internal sealed class DirectionCursor
    {
        /// <summary>The smallest I/O, in bytes.</summary>
        public required int MinBytes { get; init; }

        /// <summary>What the place of a random one is a multiple of; with passes it is the smallest I/O.</summary>
        public required int AlignBytes { get; init; }

        /// <summary>Where random ones go.</summary>
        public required RandomBlocks Blocks { get; init; }

        /// <summary>What the pass has touched, both directions together if they have one alignment; null without passes.</summary>
        public required BlockMap? Map { get; init; }

        /// <summary>Where the last I/O ended.</summary>
        public long EndBytes { get; set; }

        /// <summary>Where the last I/O began; below 0 when there was none.</summary>
        public long LastBytes { get; set; } = Nowhere;
    }
}
