using Mbsa.Actors.Scenarios;
using Mbsa.Host.Report;
using Mbsa.Host.Scenarios;
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
        yield return $"{scenario.Name}: good; {Words.Of(scenario.Clock)} clock, {Readable.Length(scenario.DurationNs)}{warmup}, seed {scenario.Seed}";
        var host = scenario.Host;
        yield return $"  host: {host.Machine.Name}, {Counted(host.Machine.Cores, "core")}, {Readable.Size(host.NvmSizeBytes)} of {host.Device.Name} NVM, "
            + $"policy {host.Policy}, quantum {Readable.Length(host.QuantumNs)}";
        foreach (var group in VmGroup.Of(scenario))
        {
            var vm = scenario.Vms[group.Indices[0]];
            var times = group.Indices.Count > 1 ? $"{group.Indices.Count} VMs x " : "";
            var disk = vm.Storage is { } storage ? $"{Readable.Size(storage.SizeBytes)} on {KnownNames.NameOf(storage.Path)}{Protected(storage)}" : "no disk";
            yield return $"  {group.Name}: {times}{Counted(vm.Vcpus, "VCPU")}, {disk}, {Jobs(vm)}";
        }

        if (scenario.Events.Length + scenario.PowerFailures.Length is > 0 and var events)
        {
            yield return $"  {Counted(events, "event")}";
        }
    }

    private static string Protected(StorageSpec storage) =>
        storage.Protection == ProtectionMethod.None ? "" : $" protected by {KnownNames.NameOf(storage.Protection)}";

    private static string Jobs(VmSpec vm)
    {
        var kinds = vm.Jobs.Select(Kind).Distinct().ToList();
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

        var block = job.Pattern is IoPattern.Write or IoPattern.RandWrite ? job.WriteBlockBytes : job.ReadBlockBytes;
        return $"{pattern} {Readable.Size(block)}";
    }

    private static string Counted(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count} {thing}s";
}
