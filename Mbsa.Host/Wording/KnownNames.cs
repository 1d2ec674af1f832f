using Mbsa.Cores.Policies;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Wording;

/// <summary>Every name a scenario can use for something built in, in one place.</summary>
public static class KnownNames
{
    /// <summary>Ways from a VM to the NVM.</summary>
    public static IReadOnlyList<(string Name, IoPath Value)> Paths { get; } =
    [
        ("memory-bus", IoPath.MemoryBus), ("host", IoPath.Host), ("vhost-bio", IoPath.VhostBio), ("virtio-mq", IoPath.VirtioMq),
    ];

    /// <summary>The two clocks.</summary>
    public static IReadOnlyList<(string Name, ClockKind Value)> Clocks { get; } =
        [("virtual", ClockKind.Virtual), ("wall", ClockKind.Wall)];

    /// <summary>What is timed under the wall clock.</summary>
    public static IReadOnlyList<(string Name, LatencySampling Value)> Latencies { get; } =
        [("sampled", LatencySampling.Sampled), ("every", LatencySampling.Every)];

    /// <summary>What happens to the bytes of an I/O.</summary>
    public static IReadOnlyList<(string Name, PayloadKind Value)> Payloads { get; } =
        [("none", PayloadKind.None), ("stamp", PayloadKind.Stamp), ("full", PayloadKind.Full)];

    /// <summary>How hosts are chosen for VMs.</summary>
    public static IReadOnlyList<(string Name, PlacementRule Value)> Placements { get; } =
        [("best-fit", PlacementRule.BestFit), ("spread", PlacementRule.Spread)];

    /// <summary>What happens at a full bus or NVM while cores are idle.</summary>
    public static IReadOnlyList<(string Name, ServiceOrder Value)> Orders { get; } =
        [("share", ServiceOrder.Share), ("serial", ServiceOrder.Serial)];

    /// <summary>Policies of the QoS supervisor.</summary>
    public static IReadOnlyList<string> Policies { get; } = [.. QosPolicies.All.Select(p => p.Name)];

    /// <summary>Wear-levelling policies of a virtual disk.</summary>
    public static IReadOnlyList<string> WearPolicies { get; } = [.. Mbsa.Vm.Wear.WearPolicies.All.Select(p => p.Name)];

    /// <summary>Protections of the mapped device against wild stores.</summary>
    public static IReadOnlyList<(string Name, ProtectionMethod Value)> Protections { get; } =
    [
        ("none", ProtectionMethod.None), ("pte", ProtectionMethod.Pte), ("cr0", ProtectionMethod.Cr0), ("cr0-opt", ProtectionMethod.Cr0Opt),
        ("pmap", ProtectionMethod.Pmap),
    ];

    /// <summary>The name of a path, as scenarios and reports write it.</summary>
    public static string NameOf(IoPath path) => Paths.First(p => p.Value == path).Name;

    /// <summary>The name of a placement, as scenarios and reports write it.</summary>
    public static string NameOf(PlacementRule placement) => Placements.First(p => p.Value == placement).Name;

    /// <summary>The name of an order of service, as scenarios and reports write it.</summary>
    public static string NameOf(ServiceOrder order) => Orders.First(o => o.Value == order).Name;

    /// <summary>The name of a protection, as scenarios and reports write it.</summary>
    public static string NameOf(ProtectionMethod protection) => Protections.First(p => p.Value == protection).Name;
}
