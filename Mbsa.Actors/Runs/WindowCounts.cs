using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>What had been done until the end of a window of the time series.</summary>
/// <param name="Operations">I/Os of each VM, in the scenario's order.</param>
/// <param name="Uses">What each VM that was ever admitted used.</param>
internal sealed record WindowCounts(ImmutableArray<long> Operations, ImmutableDictionary<int, TenantUse> Uses)
{
    /// <summary>Nobody asked for a time series.</summary>
    public static WindowCounts None { get; } = new([], ImmutableDictionary<int, TenantUse>.Empty);

    /// <summary>The window since an earlier moment.</summary>
    public WindowResult Since(WindowCounts earlier, long startNs, long endNs) => new(
        startNs,
        endNs,
        [.. Operations.Zip(earlier.Operations, (now, then) => now - then)],
        [.. Enumerable.Range(0, Operations.Length).Select(vm => (UseOf(vm) - earlier.UseOf(vm)).DominantNs / (endNs - startNs))]);

    private ResourceUse UseOf(int vm) => Uses.TryGetValue(vm, out var use) ? use.Use : default;
}
