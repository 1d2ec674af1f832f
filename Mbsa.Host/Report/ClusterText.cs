using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Report;

/// <summary>What happened between hosts, in words and in cells of tables: the same in a terminal and on a page.</summary>
internal static class ClusterText
{
    /// <summary>Migrations that have a row each; the longest lists are for the JSON report.</summary>
    public const int MaxMigrations = 40;

    /// <summary>Heads of the table of hosts; the first column holds names, and what each is comes last where hosts differ in it.</summary>
    public static IReadOnlyList<string> HostHeads(RunResult result) =>
        ["host", "cores", "bus", "NVM", "VMs", "at the end", .. HostWords.Differ(result.Scenario) ? _heads : []];

    /// <summary>Heads of the table of migrations; the first column holds names.</summary>
    public static IReadOnlyList<string> MigrationHeads { get; } = ["VM", "from", "to", "at", "rounds", "sent", "took", "downtime", ""];

    private static readonly string[] _heads = ["machine", "policy", "quantum"];

    /// <summary>A row per host.</summary>
    public static IEnumerable<IReadOnlyList<string>> HostRows(RunResult result, ClusterResult cluster)
    {
        var differ = HostWords.Differ(result.Scenario);
        return cluster.Hosts.Zip(result.Scenario.AllHosts.Hosts, (host, spec) => (string[])
        [
            host.Name, Readable.Share(host.Utilisation.Cpu), Readable.Share(host.Utilisation.Bus), Readable.Share(host.Utilisation.Nvm),
            host.VmsAtEnd.ToString(CultureInfo.InvariantCulture), StateOf(host.IsUp),
            .. differ ? (string[])[spec.Host.Machine.Name, spec.Host.Policy, Readable.Length(spec.Host.QuantumNs)] : [],
        ]);
    }

    /// <summary>A row per migration; of very many the first ones.</summary>
    public static IEnumerable<IReadOnlyList<string>> MigrationRows(RunResult result, ClusterResult cluster) =>
        cluster.Migrations.Take(MaxMigrations).Select(m => (string[])
        [
            result.Scenario.Vms[m.Vm].Name, cluster.Hosts[m.From].Name, cluster.Hosts[m.To].Name, Readable.Length(m.StartNs),
            m.Rounds.ToString(CultureInfo.InvariantCulture), Readable.Size(m.Bytes), Readable.Duration(m.TotalNs),
            m.IsDone ? Readable.Duration(m.DowntimeNs) : "-",
            m.WhyCancelled is { } why ? $"cancelled: {why}" : m.IsDone ? "" : Outcome(m),
        ]);

    /// <summary>"32 migrations done; 1.1 GiB sent; downtime 4.1 ms on average, 9.9 ms at most".</summary>
    public static string Migrations(ClusterResult cluster)
    {
        MigrationResult[] done = [.. cluster.Migrations.Where(m => m.IsDone)];
        var line = $"{Counted(done.Length, "migration")} done";
        foreach (var others in cluster.Migrations.Where(m => !m.IsDone).GroupBy(Outcome))
        {
            line += $", {others.Count()} {others.Key}";
        }

        line += $"; {Readable.Size(cluster.Migrations.Sum(m => m.Bytes))} sent";
        return done.Length == 0 ? line
            : $"{line}; downtime {Readable.Duration(done.Average(m => m.DowntimeNs))} on average, "
                + $"{Readable.Duration(done.Max(m => m.DowntimeNs))} at most";
    }

    /// <summary>
    /// "h-2 was lost at 250 ms with 4 VMs and came back at 300 ms; 4 VMs run again, 4 disks and 17 changes of their maps were recovered".
    /// </summary>
    public static IEnumerable<string> Losses(ClusterResult cluster) => cluster.Losses.Select(loss =>
    {
        var line = $"{cluster.Hosts[loss.Host].Name} was lost at {Readable.Length(loss.AtNs)} with {Counted(loss.VmsStopped, "VM")}";
        return loss.BackAtNs is not { } back
            ? $"{line} and did not come back"
            : $"{line} and came back at {Readable.Length(back)}; "
                + $"{Counted(loss.VmsBack, "VM")} {(loss.VmsBack == 1 ? "runs" : "run")} again, "
                + $"{Counted(loss.DisksRecovered, "disk")} and {Counted(loss.RecordsRecovered, "change")} of their maps were recovered";
    });

    /// <summary>"acme: 600 kIOPS promised, at most 600 kIOPS leased; less than 99 % in 3 of 30 epochs that wanted all".</summary>
    public static IEnumerable<string> Tenants(RunResult result, ClusterResult cluster) =>
        cluster.Tenants.Zip(result.Scenario.AllHosts.Tenants, (tenant, spec) =>
            $"{tenant.Name}: {Amount(spec, tenant.Promised)} promised, at most {Amount(spec, tenant.MaxLeased)} leased; "
            + $"less than 99 % in {tenant.Misses} of {Counted(tenant.Epochs, "epoch")} that wanted all");

    /// <summary>"up" or "down".</summary>
    public static string StateOf(bool isUp) => isUp ? "up" : "down";

    /// <summary>"done", "cancelled" or "under way".</summary>
    public static string Outcome(MigrationResult migration) =>
        migration.IsDone ? "done" : migration.WhyCancelled is null ? "under way" : "cancelled";

    /// <summary>Where each VM was at the end, in the scenario's order; null for none, and for all where there is a single host.</summary>
    public static IReadOnlyDictionary<string, string?> Places(RunResult result) => result.Cluster is not { } cluster
        ? new Dictionary<string, string?>()
        : result.Vms.Zip(cluster.HostOfVm, (vm, host) => (vm.Spec.Name, Host: host is { } index ? cluster.Hosts[index].Name : null))
            .ToDictionary(vm => vm.Name, vm => vm.Host);

    private static string Amount(TenantSpec tenant, double value) => Readable.Promise(new Promise(tenant.Reservation.Unit, value))!;

    private static string Counted(long count, string thing) => count == 1 ? $"1 {thing}" : $"{Readable.Count(count)} {thing}s";
}
