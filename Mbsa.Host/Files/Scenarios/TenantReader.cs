using System.Collections.Immutable;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>tenants</c>: VMs on any hosts that share one promise.</summary>
internal sealed class TenantReader(VmList vms, HostList hosts, Problems problems)
{
    private const int MaxTenants = 1000;
    private const int MaxPatterns = 1000;

    private static readonly string[] _keys = ["name", "vms", "reservation"];

    private readonly Dictionary<string, int> _lines = [];
    private readonly Dictionary<int, string> _tenantOf = [];
    private int _patterns;

    public ImmutableArray<TenantSpec> ReadAll(MappingReader scenario)
    {
        var items = scenario.List("tenants");
        if (items.Length > MaxTenants)
        {
            problems.Error(scenario.LineOf("tenants"), $"there are {items.Length} tenants; at most {MaxTenants} are allowed");
        }

        ImmutableArray<TenantSpec> tenants =
            [.. items.Take(MaxTenants).TakeWhile(_ => !problems.IsFull).Select(Read).OfType<TenantSpec>()];
        if (!tenants.IsEmpty && hosts.Specs.FirstOrDefault(host => !Keeps(host.Host.Policy)) is { } careless)
        {
            problems.Warning(scenario.LineOf("tenants"),
                $"policy '{careless.Host.Policy}' of host '{careless.Name}' keeps no reservations, and so none of a tenant");
        }

        return tenants;
    }

    private TenantSpec? Read(Node node)
    {
        if (MappingReader.Open(node, "a tenant", _keys, problems) is not { } map)
        {
            return null;
        }

        var name = Name(map);
        var members = Members(map, name);
        map.Require("reservation", "reservation: 400kIOPS");
        var reservation = QosReader.Promise(map, "reservation", null);
        if (reservation is { Unit: PromiseUnit.Share })
        {
            problems.Error(
                map.LineOf("reservation"),
                "a share is of one host, and a tenant's promise spans several that can differ; write a rate (800MB/s, 400kIOPS)");
        }
        else if (map.Find("reservation") is ScalarNode && reservation is null or { Value: <= 0 })
        {
            problems.Error(map.LineOf("reservation"), "a tenant without a promise is none; write a rate above 0 (800MB/s, 400kIOPS)");
        }

        return name is not null && reservation is { } promise ? new TenantSpec(name, members, promise) : null;
    }

    private string? Name(MappingReader map)
    {
        if (!map.Require("name", "name: acme") || map.Text("name") is not { } name)
        {
            return null;
        }

        var why = name is "host" or "cluster" ? $"a tenant cannot be called '{name}': expectations use the word for something else"
            : NameRule.WhyNot(name, "tenant")
            ?? (vms.Lines.TryGetValue(name, out var vm)
                ? $"a tenant and the VM on line {vm} are both called '{name}'; expectations could not tell them apart"
            : hosts.Lines.TryGetValue(name, out var host)
                ? $"a tenant and the host on line {host} are both called '{name}'; expectations could not tell them apart"
            : _lines.TryGetValue(name, out var other) ? $"there are two tenants called '{name}'; the first is on line {other}"
            : null);
        if (why is not null)
        {
            problems.Error(map.LineOf("name"), why);
        }

        _lines.TryAdd(name, map.Line);
        return why is null ? name : null;
    }

    private ImmutableArray<int> Members(MappingReader map, string? tenant)
    {
        if (!map.Require("vms", "vms: [ db-1, web-* ]"))
        {
            return [];
        }

        var items = map.Find("vms") is SequenceNode list ? list.Items : [map.Find("vms")!];
        _patterns += items.Length;
        if (_patterns > MaxPatterns)
        {
            problems.Error(map.LineOf("vms"),
                $"the tenants up to here name VMs {_patterns} times; {MaxPatterns} are allowed, and 'web-*' stands for many");
            return [];
        }

        var members = new SortedSet<int>();
        foreach (var item in items.TakeWhile(_ => !problems.IsFull))
        {
            if (item is ScalarNode { IsNull: false, Text: var pattern })
            {
                members.UnionWith(Matching(item.Line, pattern));
            }
            else
            {
                problems.Error(item.Line, $"'vms': the name of a VM or a pattern such as web-* was expected, not {item.Kind}");
            }
        }

        foreach (var vm in members)
        {
            Check(map, tenant ?? "", vm);
        }

        return [.. members];
    }

    private IEnumerable<int> Matching(int line, string pattern)
    {
        if (vms.IsComplete)
        {
            KnownPattern.Check(line, "VM", pattern, vms.Lines, problems);
        }

        return Enumerable.Range(0, vms.Specs.Length).Where(i => NamePattern.Matches(pattern, vms.Specs[i].Name));
    }

    private void Check(MappingReader map, string tenant, int index)
    {
        var vm = vms.Specs[index];
        if (!_tenantOf.TryAdd(index, tenant))
        {
            problems.Error(map.LineOf("vms"), $"VM '{vm.Name}' is of tenant '{_tenantOf[index]}' already; a VM has one tenant at most");
        }

        if (vm.Qos.Reservation is not null)
        {
            problems.Error(
                vms.Lines[vm.Name],
                $"VM '{vm.Name}' has a reservation of its own and a part in that of tenant '{tenant}'; leave one of them out");
        }
    }

    private static bool Keeps(string policy) =>
        !KnownNames.Policies.Contains(policy) || QosPolicies.Named(policy).Keeps.HasFlag(Promises.Reservations);
}
