namespace Mbsa.Nvm.Layout;

/// <summary>Something a check found wrong, for people.</summary>
/// <param name="Structure">What it is part of: "GMB", "NAT entry 3", "VDMT".</param>
/// <param name="OffsetBytes">Where it begins, counted from the start of the device,
/// or of the NVM area for what belongs to a virtual disk.</param>
/// <param name="Problem">What is wrong.</param>
public sealed record Finding(string Structure, long OffsetBytes, string Problem)
{
    /// <summary>What belongs there, when that follows from what is good; null when it cannot be known.</summary>
    public ReadOnlyMemory<byte>? Renewal { get; init; }

    /// <summary>Nothing is wrong with it; it is just good to know.</summary>
    public bool IsNote { get; init; }

    /// <summary>
    /// Whether <see cref="Renewal"/> may free blocks: all that are nobody's and may still hold somebody's bytes are wiped before.
    /// </summary>
    internal bool IsOfBitmap { get; init; }

    /// <summary>"NAT entry 3, block 2, byte 768: ...".</summary>
    public override string ToString() =>
        $"{Structure}, block {OffsetBytes / DeviceGeometry.BlockBytes}, byte {OffsetBytes % DeviceGeometry.BlockBytes}: {Problem}";
}
