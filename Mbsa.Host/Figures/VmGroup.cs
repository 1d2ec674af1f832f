using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Figures;

/// <summary>
/// VMs that differ in nothing but their name and have the same fate: the same events. That one moves to another host is none: it stays
/// what it is.
/// </summary>
/// <param name="Name">Their common beginning ("writer-*"), or the name of the only one.</param>
/// <param name="Indices">Their places in the scenario, in order; at least one.</param>
internal sealed record VmGroup(string Name, IReadOnlyList<int> Indices)
{
    /// <summary>The groups of a scenario's VMs, in the order of their first members.</summary>
    public static IReadOnlyList<VmGroup> Of(ScenarioSpec scenario)
    {
        var vms = scenario.Vms;
        var fates = scenario.Events.Where(e => e.Change is not VmChange.Migrate).ToLookup(e => e.Vm, e => (e.AtNs, e.Change));
        var groups = new List<List<int>>();
        for (var i = 0; i < vms.Length; i++)
        {
            var group = groups.Find(g => AreEqual(vms[g[0]], vms[i]) && fates[vms[g[0]].Name].SequenceEqual(fates[vms[i].Name]));
            if (group is null)
            {
                groups.Add([i]);
            }
            else
            {
                group.Add(i);
            }
        }

        return [.. groups.Select(group => new VmGroup(CommonName([.. group.Select(i => vms[i].Name)]), group))];
    }

    private static bool AreEqual(VmSpec a, VmSpec b) =>
        a.Vcpus == b.Vcpus
        && a.Storage == b.Storage
        && a.Qos == b.Qos
        && a.StartsAtOnce == b.StartsAtOnce
        && a.PinnedTo == b.PinnedTo
        && a.Jobs.Select(Nameless).SequenceEqual(b.Jobs.Select(Nameless));

    // A job without a name of its own has its VM's, which differs within a group.
    private static JobSpec Nameless(JobSpec job) => job with { Name = "" };

    /// <summary>Names as one: their common beginning ("writer-*"), or the only one.</summary>
    public static string CommonName(string[] names)
    {
        if (names.Length == 1)
        {
            return names[0];
        }

        var length = names.Min(name => name.AsSpan().CommonPrefixLength(names[0]));
        return length > 0 ? names[0][..length] + "*" : $"{names[0]} and {names.Length - 1} equal";
    }
}
