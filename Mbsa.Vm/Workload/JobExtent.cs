namespace Mbsa.Vm.Workload;

/// <summary>The part of a disk that is a file to the jobs of its VM, or all of it.</summary>
/// <param name="StartBytes">Its first byte on the disk.</param>
/// <param name="LengthBytes">Its length.</param>
public readonly record struct JobExtent(long StartBytes, long LengthBytes);
