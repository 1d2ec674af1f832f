using System.Collections.Immutable;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Expectations;

/// <summary>What is measured only where there are several hosts.</summary>
internal static class ClusterMetrics
{
    /// <summary>A promise is a double, and so are the leases that add up to it.</summary>
    private const double RoundingError = 1e-9;

    /// <summary>Every one of them, in the order they are documented.</summary>
    public static IReadOnlyList<Metric> All { get; } = [.. ((Metric[])
    [
        new("migrations", Dimension.Count, (v, run) => Done(run, v).Count(), null) { OfCluster = run => Done(run).Count() },
        new("cancelled", Dimension.Count, (v, run) => Of(run, v).Count(IsCancelled), null) { OfCluster = run => Of(run).Count(IsCancelled) },
        new("downtime", Dimension.Time, (v, run) => Longest(Done(run, v)), null) { OfCluster = run => Longest(Done(run)), Nothing = "no migration" },
        new("migration_time", Dimension.Time, (v, run) => Done(run, v).Max(m => (double?)m.TotalNs), null)
        {
            OfCluster = run => Done(run).Max(m => (double?)m.TotalNs),
            Nothing = "no migration",
        },
        new("migrated", Dimension.Size, (v, run) => Of(run, v).Sum(m => (double)m.Bytes), null) { OfCluster = run => Of(run).Sum(m => (double)m.Bytes) },
        OfAll("losses", run => run.Cluster?.Losses.Length),
        OfAll("vms_back", run => run.Cluster?.Losses.Sum(loss => loss.VmsBack)),
        OfAll("running", run => run.Vms.Count(vm => vm.State == VmState.Running)),
        OfAll("overcommitted", run => run.Cluster?.Tenants.Count(tenant => tenant.MostLeased > tenant.Promised * (1 + RoundingError))),
        new("vms", Dimension.Count, null, null) { OfOneHost = host => host.VmsAtEnd },
        new("leased", Dimension.Percent, null, null) { OfTenant = tenant => tenant.MostLeased / tenant.Promised },
    ]).Select(metric => metric with { NeedsHosts = true })];

    private static Metric OfAll(string name, Func<RunResult, double?> of) => new(name, Dimension.Count, null, null) { OfCluster = of };

    private static ImmutableArray<MigrationResult> Of(RunResult run) => run.Cluster?.Migrations ?? [];

    private static IEnumerable<MigrationResult> Of(RunResult run, VmResult vm) => Of(run).Where(m => run.Scenario.Vms[m.Vm].Name == vm.Spec.Name);

    private static IEnumerable<MigrationResult> Done(RunResult run) => Of(run).Where(m => m.IsDone);

    private static IEnumerable<MigrationResult> Done(RunResult run, VmResult vm) => Of(run, vm).Where(m => m.IsDone);

    private static bool IsCancelled(MigrationResult migration) => migration.WhyCancelled is not null;

    private static double? Longest(IEnumerable<MigrationResult> migrations) => migrations.Max(m => (double?)m.DowntimeNs);
}
