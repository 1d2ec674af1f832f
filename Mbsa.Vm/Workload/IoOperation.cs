namespace Mbsa.Vm.Workload;

/// <summary>The next thing a job does to its disk.</summary>
public struct IoOperation
{
    /// <summary>First byte on the disk.</summary>
    public long OffsetBytes;

    /// <summary>Bytes to transfer.</summary>
    public int LengthBytes;

    /// <summary>Write, or else read.</summary>
    public bool IsWrite;

    /// <summary>Starts where the job's previous operation ended, so prefetchers and TLBs help.</summary>
    public bool IsSequential;
}
