using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Commands;

/// <summary>A scenario in a few lines, to see that it means what its author meant.</summary>
internal static class ScenarioSummary
{
    /// <summary>A line for the whole, one for the host, one for each group of equal VMs.</summary>
    public static IEnumerable<string> Lines(ScenarioSpec scenario)
    {
        var warmup = scenario.WarmupNs > 0 ? $" after {Readable.Length(scenario.WarmupNs)} of warm-up" : "";
        var seed = $"seed {scenario.Seed}{(scenario.Lockstep ? ", in lockstep" : "")}";
        yield return $"{scenario.Name}: good; {Words.Of(scenario.Clock)} clock, {Readable.Length(scenario.DurationNs)}{warmup}, {seed}";
        foreach (var line in scenario.Cluster is { } cluster
            ? Hosts(cluster, scenario.Vms.Length, scenario.Clock)
            : [$"  host: {Host(scenario.Host, scenario.Clock)}"])
        {
            yield return line;
        }

        foreach (var group in VmGroup.Of(scenario))
        {
            var vm = scenario.Vms[group.Indices[0]];
            var times = group.Indices.Count > 1 ? $"{group.Indices.Count} VMs x " : "";
            var disk = vm.Storage is { } storage
                ? $"{Readable.Size(storage.SizeBytes)} on {KnownNames.NameOf(storage.Path)}{Protected(storage)}"
                : "no disk";
            yield return $"  {group.Name}: {times}{Counted(vm.Vcpus, "VCPU")}, {disk}, {Jobs(vm, scenario.Lockstep)}";
        }

        if (scenario.Events.Length + scenario.PowerFailures.Length + (scenario.Cluster?.Events.Length ?? 0) is > 0 and var events)
        {
            yield return $"  {Counted(events, "event")}";
        }
    }

    /// <summary>A line for all hosts together, and one for each group of equal ones.</summary>
    private static IEnumerable<string> Hosts(ClusterSpec cluster, int vms, ClockKind clock)
    {
        var tenants = cluster.Tenants.IsEmpty ? "" : $", {Counted(cluster.Tenants.Length, "tenant")}";
        yield return $"  {Counted(cluster.Hosts.Length, "host")}, {Counted(vms, "VM")}{tenants}; "
            + $"placement {KnownNames.NameOf(cluster.Placement)}, epochs of {Readable.Length(cluster.EpochNs)}, "
            + $"network {Readable.Bandwidth(cluster.Network.BandwidthBytesPerSecond)} and {Readable.Length(cluster.Network.LatencyNs)}";
        foreach (var group in cluster.Hosts.GroupBy(host => (host.Host, host.IsThereAtOnce)))
        {
            string[] names = [.. group.Select(host => host.Name)];
            var count = names.Length > 1 ? $"{names.Length} hosts x " : "";
            var from = group.Key.IsThereAtOnce ? "" : ", added by an event";
            yield return $"  {VmGroup.CommonName(names)}: {count}{Host(group.Key.Host, clock)}{from}";
        }
    }

    private static string Host(HostSpec host, ClockKind clock) =>
        $"{host.Machine.Name}, {Counted(host.Machine.Cores, "core")}, {Readable.Size(host.NvmSizeBytes)} of {host.Device.Name} NVM, "
        + $"policy {host.Policy}, "
        + $"quantum {Readable.Length(host.QuantumNs)}{(Words.OrderOf(host, clock) is { } order ? $", order {order}" : "")}";

    private static string Protected(StorageSpec storage) =>
        storage.Protection == ProtectionMethod.None ? "" : $" protected by {KnownNames.NameOf(storage.Protection)}";

    private static string Jobs(VmSpec vm, bool isLockstep)
    {
        var kinds = vm.Jobs.Select(job => Kind(job) + Pause(job) + (isLockstep ? "" : Jitter(job))).Distinct().ToList();
        var shown = string.Join(", ", kinds.Take(4)) + (kinds.Count > 4 ? ", ..." : "");
        return $"{Counted(vm.Jobs.Sum(job => job.NumJobs), "job")}: {shown}";
    }

    private static string Kind(JobSpec job)
    {
        var pattern = job.Pattern switch
        {
            IoPattern.Compute => $"compute {job.CpuPercent} %",
            IoPattern.Read => "read",
            IoPattern.Write => "write",
            IoPattern.RandRead => "randread",
            IoPattern.RandWrite => "randwrite",
            IoPattern.ReadWrite => $"rw {job.ReadPercent} % reads",
            IoPattern.RandReadWrite => $"randrw {job.ReadPercent} % reads",
            _ => throw new ArgumentOutOfRangeException(nameof(job), job.Pattern, null),
        };
        if (job.Pattern == IoPattern.Compute)
        {
            return pattern;
        }

        var isWrite = job.Pattern is IoPattern.Write or IoPattern.RandWrite;
        var (min, max) = (job.MinBlockBytes(isWrite), isWrite ? job.WriteBlockBytes : job.ReadBlockBytes);
        return min == max ? $"{pattern} {Readable.Size(max)}" : $"{pattern} {Readable.Size(min)} to {Readable.Size(max)}";
    }

    private static string Pause(JobSpec job) => job.Pattern == IoPattern.Compute || job.ThinkTimeNs == 0
        ? ""
        : $" with pauses of {Readable.Length(job.ThinkTimeNs)}{(job.ThinkTimeBlocks > 1 ? $" after {job.ThinkTimeBlocks}" : "")}";

    private static string Jitter(JobSpec job) => job is { CanJitter: true, JitterPercent: > 0 } ? $" +- {job.JitterPercent} %" : "";

    private static string Counted(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
