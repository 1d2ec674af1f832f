using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>What people who watch see of the hosts of a run.</summary>
internal static class LiveView
{
    /// <summary>As it stands.</summary>
    public static LiveCluster Of(Situation state, ImmutableArray<MigrationResult> migrations, int losses) => new(
        [.. state.Cluster.Hosts.Select((host, index) => Of(state, host.Name, index))], [.. state.LastHosts])
    {
        MigrationsDone = migrations.Count(migration => migration.IsDone),
        MigrationsCancelled = migrations.Count(migration => migration.WhyCancelled is not null),
        MigrationsUnderWay = migrations.Count(migration => !migration.IsDone && migration.WhyCancelled is null),
        MigratedBytes = migrations.Sum(migration => migration.Bytes),
        DowntimeNs = migrations.Sum(migration => migration.DowntimeNs),
        HostLosses = losses,
    };

    private static LiveHost Of(Situation state, string name, int host)
    {
        var report = state.Hosts.ReportOf(host);
        return new LiveHost(name, state.IsUp(host), report.Use.BusyNs, report.Use.BusBytes, report.Use.NvmNs, report.NvmAllocatedBytes)
        {
            AdmissionRefusals = report.AdmissionRefusals,
            Plans = report.Plans,
            SchedulerOverheadNs = report.SchedulerOverheadNs,
        };
    }
}
