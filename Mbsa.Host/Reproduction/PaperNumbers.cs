namespace Mbsa.Host.Reproduction;

/// <summary>
/// What the paper's text says of its figures, one number for each of <see cref="RequestKind.All"/>.
/// The figures themselves are lost, so these are all the numbers there are.
/// </summary>
internal static class PaperNumbers
{
    /// <summary>Host, CR0.WP, psync, 4 threads, in GB/s (section 4.1).</summary>
    public static IReadOnlyList<double> Host { get; } = [10, 5, 7.6, 4.5];

    /// <summary>How much faster psync is than libaio there, as a ratio (section 4.1).</summary>
    public static IReadOnlyList<double> SyncOverAsync { get; } = [1.34, 1.17, 1.31, 1.10];

    /// <summary>A guest of MBSA with CR0-Opt, in GB/s (section 5.1).</summary>
    public static IReadOnlyList<double> Guest { get; } = [6.8, 4, 5.7, 4];

    /// <summary>A VM over vhost-blk and bio-based virtio-blk, libaio at depth 32, in GB/s (section 4.2).</summary>
    public static IReadOnlyList<double> Conventional { get; } = [2.4, 1.6, 2.4, 1.6];
}
