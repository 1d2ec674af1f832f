namespace Mbsa.Vm.Workload;

/// <summary>Which direction of a mix is held back for now, because it is ahead of its rate; at most one.</summary>
/// <param name="Reads">No read is to be drawn.</param>
/// <param name="Writes">No write is to be drawn.</param>
public readonly record struct Holding(bool Reads, bool Writes);
