using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;

namespace Mbsa.Cores.Queue;

/// <summary>What a host has to share out, and what a stretch of work takes of it by nominal costs.</summary>
/// <param name="Cores">Number of cores, at least 1.</param>
/// <param name="BusBytesPerSecond">What the memory bus carries, above 0.</param>
public sealed record HostCapacity(int Cores, double BusBytesPerSecond)
{
    /// <summary>
    /// Whether bus and NVM are known to be as fast as nominal, so that a quantum can be held back while they are full.
    /// So under the virtual clock; under the wall clock nobody emulates the NVM's bandwidth, and the bus is what it is.
    /// </summary>
    public bool IsExact { get; init; } = true;

    /// <summary>What a host of a scenario has.</summary>
    public static HostCapacity Of(HostSpec host, ClockKind clock) =>
        new(host.Machine.Cores, host.Machine.MemoryBandwidthBytesPerSecond) { IsExact = clock == ClockKind.Virtual };

    /// <summary>
    /// What work takes of the host. A core is held for as long as the slowest part of the work takes: on a memory bus, waiting for the bus
    /// or the NVM is core time too. Without <see cref="IsExact"/> the NVM counts as core time only, which is how its slowness is emulated.
    /// </summary>
    public ResourceUse UseOf(in WorkVector work)
    {
        var busNs = work.BusBytes * 1e9 / BusBytesPerSecond;
        var nvmNs = IsExact ? work.NvmNs : 0;
        return new ResourceUse(Math.Max(work.CoreNs, Math.Max(busNs, nvmNs)) / Cores, busNs, nvmNs);
    }
}
