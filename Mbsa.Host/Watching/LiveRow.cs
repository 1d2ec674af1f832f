using Mbsa.Model.Watching;

namespace Mbsa.Host.Watching;

/// <summary>One VM, or several summed, over the last stretch of the scenario's clock.</summary>
/// <param name="Name">The VM, or "(9 more)".</param>
/// <param name="State">How it stands; null for a sum.</param>
/// <param name="ReadIops">Reads per second.</param>
/// <param name="WriteIops">Writes per second.</param>
/// <param name="BandwidthBytesPerSecond">Bytes per second, both directions.</param>
/// <param name="CoreShare">Share of the host's core time, 0 to 1.</param>
/// <param name="Waiting">Share of its VCPUs' time in which they were ready and did not run, 0 to 1.</param>
internal sealed record LiveRow(
    string Name,
    VmState? State,
    double ReadIops,
    double WriteIops,
    double BandwidthBytesPerSecond,
    double CoreShare,
    double Waiting);
