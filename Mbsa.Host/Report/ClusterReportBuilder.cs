using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Report;

/// <summary>Turns what a run measured of its hosts into the part of the report programs read that only several hosts have.</summary>
internal static class ClusterReportBuilder
{
    public static IReadOnlyList<JsonClusterHost>? Hosts(RunResult result) => result.Cluster is not { } cluster ? null :
    [
        .. cluster.Hosts.Zip(result.Scenario.AllHosts.Hosts, (host, spec) => new JsonClusterHost(
            host.Name,
            ClusterText.StateOf(host.IsUp),
            spec.Host.Machine.Name,
            spec.Host.Policy,
            spec.Host.QuantumNs,
            spec.Host.Machine.Cores,
            new JsonUtilisation(host.Utilisation.Cpu, host.Utilisation.Bus, host.Utilisation.Nvm),
            host.VmsAtEnd,
            host.TraceHash?.ToString("x16", CultureInfo.InvariantCulture))),
    ];

    public static IReadOnlyList<JsonMigration>? Migrations(RunResult result) => result.Cluster is not { } cluster ? null :
    [
        .. cluster.Migrations.Select(migration => new JsonMigration
        {
            Vm = result.Scenario.Vms[migration.Vm].Name,
            From = cluster.Hosts[migration.From].Name,
            To = cluster.Hosts[migration.To].Name,
            StartNs = migration.StartNs,
            Outcome = ClusterText.Outcome(migration),
            Reason = migration.WhyCancelled,
            Rounds = migration.Rounds,
            Bytes = migration.Bytes,
            TotalNs = migration.TotalNs,
            DowntimeNs = migration.DowntimeNs,
        }),
    ];

    public static IReadOnlyList<JsonLoss>? Losses(RunResult result) => result.Cluster is not { } cluster ? null :
        [.. cluster.Losses.Select(loss => new JsonLoss(
            cluster.Hosts[loss.Host].Name, loss.AtNs, loss.BackAtNs,
            loss.VmsStopped, loss.VmsBack, loss.DisksRecovered, loss.RecordsRecovered))];

    public static IReadOnlyList<JsonTenant>? Tenants(RunResult result) => result.Cluster is not { } cluster ? null :
    [
        .. cluster.Tenants.Zip(result.Scenario.AllHosts.Tenants, (tenant, spec) => new JsonTenant(
            tenant.Name, new JsonPromise(Words.Of(spec.Reservation.Unit), tenant.Promised),
            tenant.MaxLeased, tenant.Epochs, tenant.Misses)),
    ];
}
