using System.Collections.Immutable;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Figures;

/// <summary>What is measured only where there are several hosts.</summary>
internal static class ClusterFigures
{
    /// <summary>A promise is a double, and so are the leases that add up to it.</summary>
    private const double RoundingError = 1e-9;

    /// <summary>Every one of them, in the order they are documented.</summary>
    public static IReadOnlyList<Figure> All { get; } = [.. ((Figure[])
    [
        OfMigrations("migrations", Dimension.Count, "migrations done", migrations => migrations.Count(m => m.IsDone)),
        OfMigrations("cancelled", Dimension.Count, "migrations called off",
            migrations => migrations.Count(m => m.WhyCancelled is not null)),
        OfMigrations("downtime", Dimension.Time, "the longest time for which a migration stopped the VM",
            migrations => Done(migrations).Max(m => (double?)m.DowntimeNs)) with
        {
            Nothing = "no migration",
            Better = Better.Less,
        },
        OfMigrations("migration_time", Dimension.Time, "the longest time that a migration took",
            migrations => Done(migrations).Max(m => (double?)m.TotalNs)) with
        {
            Nothing = "no migration",
            Better = Better.Less,
        },
        OfMigrations("migrated", Dimension.Size, "bytes that migrations sent", migrations => migrations.Sum(m => (double)m.Bytes)),
        OfAll("losses", "losses of hosts", run => run.Cluster?.Losses.Length),
        OfAll("vms_back", "VMs that ran again after a loss", run => run.Cluster?.Losses.Sum(loss => loss.VmsBack)),
        OfAll("running", "VMs that run at the end", run => run.Vms.Count(vm => vm.State == VmState.Running)),
        OfAll("overcommitted", "tenants of whom more was leased at one moment than was promised",
            run => run.Cluster?.Tenants.Count(tenant =>
                tenant.MaxLeased > tenant.Promised * (1 + RoundingError))) with { Better = Better.Less },
        new("vms", Dimension.Count, "VMs on the host at the end") { OfOneHost = host => host.VmsAtEnd },
        new("leased", Dimension.Percent,
            "the most that was leased at one moment, of the promise") { OfTenant = tenant => tenant.MaxLeased / tenant.Promised },
    ]).Select(figure => figure with { NeedsHosts = true })];

    private static Figure OfAll(string name, string meaning, Func<RunResult, double?> of) =>
        new(name, Dimension.Count, meaning) { OfCluster = of };

    private static Figure OfMigrations(string name, Dimension dimension, string meaning, Func<IEnumerable<MigrationResult>, double?> of) =>
        new(name, dimension, meaning)
        {
            OfVm = (vm, run) => of(Migrations(run).Where(m => run.Scenario.Vms[m.Vm].Name == vm.Spec.Name)),
            OfCluster = run => of(Migrations(run)),
        };

    private static ImmutableArray<MigrationResult> Migrations(RunResult run) => run.Cluster?.Migrations ?? [];

    private static IEnumerable<MigrationResult> Done(IEnumerable<MigrationResult> migrations) => migrations.Where(m => m.IsDone);
}
