namespace Mbsa.Nvm.Layout;

/// <summary>Adjacent blocks of the device.</summary>
/// <param name="FirstBlock">Number of the first, counted from the start of the device.</param>
/// <param name="Blocks">How many.</param>
public readonly record struct BlockExtent(long FirstBlock, long Blocks)
{
    /// <summary>The block after the last.</summary>
    public long EndBlock => FirstBlock + Blocks;
}
