namespace Mbsa.Vm.Workload;

/// <summary>The next thing a job does to its disk.</summary>
/// <param name="OffsetBytes">First byte on the disk.</param>
/// <param name="LengthBytes">Bytes to transfer.</param>
/// <param name="IsWrite">Write, or else read.</param>
/// <param name="IsSequential">Starts where the job's previous operation ended, so prefetchers and TLBs help.</param>
public readonly record struct IoOperation(long OffsetBytes, int LengthBytes, bool IsWrite, bool IsSequential);
