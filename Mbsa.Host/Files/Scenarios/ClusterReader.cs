using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads what a scenario of several hosts has beyond its hosts and events, and checks what of the VMs concerns hosts.</summary>
internal sealed class ClusterReader(Problems problems)
{
    /// <summary>The keys of a scenario that mean something with several hosts only.</summary>
    public static string[] Keys { get; } = ["hosts", "placement", "network", "epoch", "migration", "tenants"];

    private const double MinBandwidth = 1e3;
    private const double MaxBandwidth = 1e15;
    private const long MaxLatencyNs = 1_000_000_000;
    private const long MinEpochNs = 10_000;
    private const long MaxDowntimeNs = 60_000_000_000;
    private const int MaxRounds = 1000;

    private static readonly string[] _networkKeys = ["bandwidth", "latency"];
    private static readonly string[] _migrationKeys = ["downtime", "rounds"];

    /// <summary>The cluster; null when the scenario has a single host.</summary>
    public ClusterSpec? Read(MappingReader scenario, VmList vms, HostList? hosts, EventList events, long? durationNs)
    {
        if (hosts is null)
        {
            foreach (var key in Keys.Where(key => scenario.Find(key) is not null))
            {
                problems.Error(scenario.LineOf(key), $"'{key}' is for several hosts; write 'hosts' in place of 'host'");
            }

            foreach (var vm in vms.Specs.Where(vm => vm.PinnedTo is not null))
            {
                problems.Error(vms.Lines[vm.Name],
                    $"VM '{vm.Name}' names a host, and there is only one; leave 'host' out, or write 'hosts' in the scenario");
            }

            return null;
        }

        CheckNames(vms, hosts);
        CheckPins(vms, hosts);
        var tenants = new TenantReader(vms, hosts, problems).ReadAll(scenario);
        CheckPromises(tenants, vms, events);
        return new ClusterSpec
        {
            Hosts = hosts.Specs,
            Network = Network(scenario.Mapping("network", "the network", _networkKeys)),
            Placement = scenario.Choice("placement", KnownNames.Placements) ?? PlacementRule.BestFit,
            EpochNs = EpochNs(scenario, durationNs),
            Tenants = tenants,
            Events = events.OfHosts,
            Migration = Migration(scenario.Mapping("migration", "migration", _migrationKeys)),
        };
    }

    private static NetworkSpec Network(MappingReader? map)
    {
        var usual = new NetworkSpec();
        return new NetworkSpec(
            map?.Measure("bandwidth", Dimension.Bandwidth, MinBandwidth, MaxBandwidth) ?? usual.BandwidthBytesPerSecond,
            map?.Whole("latency", Dimension.Time, 0, MaxLatencyNs) ?? usual.LatencyNs);
    }

    private static MigrationSpec Migration(MappingReader? map)
    {
        var usual = new MigrationSpec();
        return new MigrationSpec
        {
            DowntimeNs = map?.Whole("downtime", Dimension.Time, 1000, MaxDowntimeNs) ?? usual.DowntimeNs,
            MaxRounds = map?.Integer("rounds", 1, MaxRounds) ?? usual.MaxRounds,
        };
    }

    private long EpochNs(MappingReader scenario, long? durationNs)
    {
        var longestNs = durationNs ?? long.MaxValue;
        if (scenario.Whole("epoch", Dimension.Time, MinEpochNs, long.MaxValue) is not { } written)
        {
            return Math.Min(ClusterSpec.DefaultEpochNs, longestNs);
        }

        if (written > longestNs)
        {
            problems.Error(
                scenario.LineOf("epoch"),
                $"'epoch': {QuantityText.Format(written, Dimension.Time)} is longer than the run of "
                + $"{QuantityText.Format(longestNs, Dimension.Time)}; nothing would ever be decided");
        }

        return written;
    }

    /// <summary>Expectations name VMs and hosts alike, and the cluster.</summary>
    private void CheckNames(VmList vms, HostList hosts)
    {
        foreach (var name in vms.Names.Where(name => name == "cluster" || hosts.Lines.ContainsKey(name)))
        {
            problems.Error(vms.Lines[name], name == "cluster"
                ? "a VM beside several hosts cannot be called 'cluster': expectations use the word for all hosts together"
                : $"a VM and the host on line {hosts.Lines[name]} are both called '{name}'; expectations could not tell them apart");
        }
    }

    private void CheckPins(VmList vms, HostList hosts)
    {
        foreach (var vm in vms.Specs)
        {
            if (vm.PinnedTo is not { } host)
            {
                continue;
            }

            if (hosts.IsComplete && !hosts.Lines.ContainsKey(host))
            {
                problems.Unknown(vms.Lines[vm.Name], "host", host, hosts.Names);
            }
            else if (vm.StartsAtOnce && hosts.IndexOf(host) is { } index && !hosts.Specs[index].IsThereAtOnce)
            {
                problems.Error(
                    vms.Lines[vm.Name],
                    $"VM '{vm.Name}' starts at once on '{host}', which is not there yet; "
                    + "'start: false' in the VM's entry makes it wait for an event");
            }
        }
    }

    /// <summary>A tenant's VM may not be promised something of its own later either.</summary>
    private void CheckPromises(ImmutableArray<TenantSpec> tenants, VmList vms, EventList events)
    {
        var tenantOf = tenants.SelectMany(tenant => tenant.Vms.Select(vm => (Vm: vms.Specs[vm], Tenant: tenant.Name)))
            .Where(member => member.Vm.Qos.Reservation is null)
            .DistinctBy(member => member.Vm.Name).ToDictionary(member => member.Vm.Name, member => member.Tenant);
        foreach (var change in events.OfVms.Where(e => e.Change is VmChange.SetQos { Qos.Reservation: not null }))
        {
            if (tenantOf.TryGetValue(change.Vm, out var tenant))
            {
                problems.Error(
                    vms.Lines[change.Vm],
                    $"an event promises VM '{change.Vm}' something of its own, at {QuantityText.Format(change.AtNs, Dimension.Time)}, "
                    + $"and it has a part in the promise to tenant '{tenant}'; leave one of them out");
            }
        }
    }
}
