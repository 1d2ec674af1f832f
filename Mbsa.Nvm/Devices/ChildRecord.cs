namespace Mbsa.Nvm.Devices;

/// <summary>What the device remembers of a child device that is there.</summary>
internal sealed class ChildRecord(ChildDevice child, IReadOnlyList<long> pages)
{
    /// <summary>Areas of it that are mapped. Counted down from any thread.</summary>
    public int Mappings;

    /// <summary>What others may know of it.</summary>
    public ChildDevice Child { get; } = child;

    /// <summary>Blocks of its page table.</summary>
    public IReadOnlyList<long> Pages { get; } = pages;
}
