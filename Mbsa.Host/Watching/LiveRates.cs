using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Watching;

/// <summary>What happened between two snapshots, as rates over the scenario's clock.</summary>
internal static class LiveRates
{
    /// <summary>A row per VM in the scenario's order.</summary>
    /// <param name="scenario">What runs.</param>
    /// <param name="earlier">The snapshot before, or null for the start of the run.</param>
    /// <param name="later">The snapshot now. When the clock stands where it stood, all rates are 0.</param>
    public static LiveRow[] Between(ScenarioSpec scenario, LiveSnapshot? earlier, LiveSnapshot later)
    {
        var rows = new LiveRow[later.Vms.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = Row(scenario, i, earlier?.Vms[i], later.Vms[i], later.ClockNs - (earlier?.ClockNs ?? 0));
        }

        return rows;
    }

    /// <summary>The busiest rows in the scenario's order, and the others summed in a last one.</summary>
    /// <param name="rows">All of them.</param>
    /// <param name="max">Rows that there is room for, the sum included; at least 2.</param>
    public static IReadOnlyList<LiveRow> Top(LiveRow[] rows, int max)
    {
        if (rows.Length <= max)
        {
            return rows;
        }

        var shown = Enumerable.Range(0, rows.Length)
            .OrderByDescending(i => rows[i].BandwidthBytesPerSecond)
            .ThenBy(i => i)
            .Take(max - 1)
            .ToHashSet();
        var others = rows.Where((_, i) => !shown.Contains(i)).ToArray();
        return [.. rows.Where((_, i) => shown.Contains(i)), Sum($"({others.Length} more)", others)];
    }

    /// <summary>Rows added up; waiting is their mean.</summary>
    public static LiveRow Sum(string name, IReadOnlyCollection<LiveRow> rows) => new(
        name,
        State: null,
        rows.Sum(row => row.ReadIops),
        rows.Sum(row => row.WriteIops),
        rows.Sum(row => row.BandwidthBytesPerSecond),
        Math.Min(1, rows.Sum(row => row.CoreShare)),
        rows.Count > 0 ? rows.Average(row => row.Waiting) : 0);

    private static LiveRow Row(ScenarioSpec scenario, int index, VmSample? earlier, VmSample later, long elapsedNs)
    {
        double Rate(Func<VmSample, long> counter) =>
            elapsedNs > 0 ? (counter(later) - (earlier is null ? 0 : counter(earlier))) / (double)elapsedNs : 0;

        return new LiveRow(
            later.Name,
            later.State,
            Rate(vm => vm.ReadOperations) * 1e9,
            Rate(vm => vm.WriteOperations) * 1e9,
            Rate(vm => vm.Bytes) * 1e9,
            Math.Min(1, Rate(vm => vm.CpuNs) / scenario.AllHosts.Hosts.Sum(host => host.Host.Machine.Cores)), // counted when a quantum ends
            Math.Min(1, Rate(vm => vm.WaitingNs) / Math.Max(1, scenario.Vms[index].Vcpus)));
    }
}
