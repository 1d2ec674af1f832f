namespace Mbsa.Vm.Wear;

/// <summary>A load to wear a disk out with.</summary>
/// <param name="blocks">Takes the blocks to be written next, in their order.</param>
public delegate void WearLoad(Span<long> blocks);
