using System.Collections.Immutable;

namespace Mbsa.Model.Scenario;

/// <summary>
/// What a scenario of several hosts has beyond one of a single host. The scenario's VMs, seed, clock and durations are for all hosts
/// together.
/// </summary>
public sealed record ClusterSpec
{
    /// <summary>The epoch when none is asked for, in nanoseconds.</summary>
    public const long DefaultEpochNs = 50_000_000;

    /// <summary>What a host is called that is the only one and has no name.</summary>
    public const string OnlyHost = "host";

    /// <summary>Every emulated host, counts expanded; names are unique. Indices into this list name a host in messages.</summary>
    public required ImmutableArray<ClusterHostSpec> Hosts { get; init; }

    /// <summary>What connects them.</summary>
    public NetworkSpec Network { get; init; } = new();

    /// <summary>How hosts are chosen for VMs.</summary>
    public PlacementRule Placement { get; init; }

    /// <summary>
    /// Hosts run on their own for so long, in nanoseconds of the scenario's clock; decisions fall between. Also ends at each event.
    /// </summary>
    public long EpochNs { get; init; } = DefaultEpochNs;

    /// <summary>Promises that span hosts.</summary>
    public ImmutableArray<TenantSpec> Tenants { get; init; } = [];

    /// <summary>What happens to hosts and links, in order of time.</summary>
    public ImmutableArray<HostEvent> Events { get; init; } = [];

    /// <summary>How VMs move.</summary>
    public MigrationSpec Migration { get; init; } = new();
}

/// <summary>One emulated host of a cluster.</summary>
/// <param name="Name">Unique in the scenario.</param>
/// <param name="Host">Machine, NVM device and QoS.</param>
public sealed record ClusterHostSpec(string Name, HostSpec Host)
{
    /// <summary>Whether it is there from the beginning, or is added by an event.</summary>
    public bool IsThereAtOnce { get; init; } = true;
}

/// <summary>The emulated network: each host has a link of its own, full duplex, to a switch that never is the bottleneck.</summary>
/// <param name="BandwidthBytesPerSecond">Of a link, in each direction.</param>
/// <param name="LatencyNs">From one host to another, in nanoseconds.</param>
public sealed record NetworkSpec(double BandwidthBytesPerSecond = 3.125e9, long LatencyNs = 20_000);

/// <summary>How live migration goes (pre-copy: Clark et al., NSDI 2005).</summary>
public sealed record MigrationSpec
{
    /// <summary>The VM is stopped when the rest is expected to be sent in so long, in nanoseconds.</summary>
    public long DowntimeNs { get; init; } = 10_000_000;

    /// <summary>After so many rounds it is stopped whatever is left.</summary>
    public int MaxRounds { get; init; } = 30;
}

/// <summary>How a host is chosen for a VM whose host is not named.</summary>
public enum PlacementRule
{
    /// <summary>The host that has least room left of the VM's dominant resource afterwards: room stays in one piece.</summary>
    BestFit,

    /// <summary>The host that has most room.</summary>
    Spread,
}

/// <summary>A tenant: VMs on any hosts that share one promise. Hosts get a part of it as a lease, in proportion to demand.</summary>
/// <param name="Name">Unique in the scenario.</param>
/// <param name="Vms">Indices of its VMs; a VM has at most one tenant, and then no reservation of its own.</param>
/// <param name="Reservation">In bytes or I/Os per second, never a share: hosts differ.</param>
public sealed record TenantSpec(string Name, ImmutableArray<int> Vms, Promise Reservation);

/// <summary>Something that happens to a host or its link.</summary>
/// <param name="AtNs">Nanoseconds after the measured part began.</param>
/// <param name="Host">Index of the host.</param>
/// <param name="Change">What happens.</param>
public sealed record HostEvent(long AtNs, int Host, HostChange Change);

/// <summary>What can happen to a host.</summary>
public enum HostChange
{
    /// <summary>It is added to the cluster, empty.</summary>
    Add,

    /// <summary>Every VM on it moves elsewhere, and none is placed on it any more.</summary>
    Drain,

    /// <summary>It is lost at once, as by a power failure: its VMs stop. Its NVM stays as it is.</summary>
    Lose,

    /// <summary>It comes back: its NVM is recovered and its VMs run again.</summary>
    Return,

    /// <summary>Its link goes down: it runs on, but nobody hears of it and nothing moves.</summary>
    LinkDown,

    /// <summary>Its link is there again.</summary>
    LinkUp,
}
