namespace Mbsa.Vm.Workload;

/// <summary>
/// What a job's options say about its block sizes. As in fio a range or split holds whatever <c>bs</c> says, before it or after.
/// </summary>
internal readonly record struct BlockOptions
{
    private DirectionBlocks Reads { get; init; }

    private DirectionBlocks Writes { get; init; }

    /// <summary>Takes <c>bs</c>.</summary>
    public BlockOptions WithSize(int? read, int? write) => this with
    {
        Reads = Reads with { Bytes = read ?? Reads.Bytes },
        Writes = Writes with { Bytes = write ?? Writes.Bytes },
    };

    /// <summary>Takes <c>bsrange</c>.</summary>
    public BlockOptions WithRange((int Min, int Max)? read, (int Min, int Max)? write) => this with
    {
        Reads = Reads with { Range = read ?? Reads.Range },
        Writes = Writes with { Range = write ?? Writes.Range },
    };

    /// <summary>Takes <c>bssplit</c>.</summary>
    public BlockOptions WithSplit(BlockSplit? read, BlockSplit? write) => this with
    {
        Reads = Reads with { Split = read ?? Reads.Split },
        Writes = Writes with { Split = write ?? Writes.Split },
    };

    /// <summary>The job with what all of them mean together.</summary>
    /// <exception cref="InputException">A range and a split are given for one direction.</exception>
    public JobSpec Of(JobSpec job)
    {
        var ((readBytes, readSizes), (writeBytes, writeSizes)) = (Reads.Sizes(job.ReadBlockBytes), Writes.Sizes(job.WriteBlockBytes));
        return job with { ReadBlockBytes = readBytes, ReadSizes = readSizes, WriteBlockBytes = writeBytes, WriteSizes = writeSizes };
    }

    private readonly record struct DirectionBlocks(int? Bytes, (int Min, int Max)? Range, BlockSplit? Split)
    {
        public (int LargestBytes, BlockSizes? Sizes) Sizes(int defaultBytes)
        {
            if (Split is not null && Range is not null)
            {
                throw new InputException("does not go with bsrange: give one of them");
            }

            var sizes = Split?.Sizes ?? (Range is { } range ? BlockSizes.Range(range.Min, range.Max) : null);
            return sizes is null ? (Bytes ?? defaultBytes, null)
                : (sizes.MaxBytes, sizes.MinBytes == sizes.MaxBytes ? null : sizes);
        }
    }
}
