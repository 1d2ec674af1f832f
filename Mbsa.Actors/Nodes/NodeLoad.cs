namespace Mbsa.Actors.Nodes;

/// <summary>How many emulated hosts a node carries. Any thread.</summary>
internal sealed class NodeLoad
{
    private int _hosts;

    /// <summary>Hosts it carries now.</summary>
    public int Hosts => Volatile.Read(ref _hosts);

    /// <summary>It carries one more.</summary>
    public void Enter() => Interlocked.Increment(ref _hosts);

    /// <summary>It carries one less.</summary>
    public void Leave() => Interlocked.Decrement(ref _hosts);
}
