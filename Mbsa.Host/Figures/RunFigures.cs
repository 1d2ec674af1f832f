using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Figures;

/// <summary>Figures derived from a result, used by the report and the tables alike.</summary>
internal static class RunFigures
{
    /// <summary>A rate; 0 when no time was measured.</summary>
    public static double PerSecond(long count, long durationNs) => durationNs > 0 ? count * 1e9 / durationNs : 0;

    /// <summary>I/Os per second of a VM while it was active, both directions.</summary>
    public static double Iops(VmResult vm) => PerSecond(vm.Read.Operations + vm.Write.Operations, vm.ActiveNs);

    /// <summary>Bytes per second of a VM while it was active, both directions.</summary>
    public static double Bandwidth(VmResult vm) => PerSecond(vm.Read.Bytes + vm.Write.Bytes, vm.ActiveNs);

    /// <summary>I/Os per second of all VMs together over the measured part.</summary>
    public static double Iops(RunResult result) => PerSecond(result.Vms.Sum(vm => vm.Read.Operations + vm.Write.Operations), result.MeasuredNs);

    /// <summary>Bytes per second of all VMs together over the measured part.</summary>
    public static double Bandwidth(RunResult result) => PerSecond(result.Vms.Sum(vm => vm.Read.Bytes + vm.Write.Bytes), result.MeasuredNs);

    /// <summary>Writes that a block of the device a VM is on bears; of the first host's for a VM that is nowhere.</summary>
    public static double EnduranceWrites(RunResult result, VmResult vm)
    {
        var place = result.Cluster is { } cluster ? cluster.HostOfVm[result.Vms.IndexOf(vm)] : null;
        return (place is { } host ? result.Scenario.Cluster!.Hosts[host].Host : result.Scenario.Host).Device.EnduranceWrites;
    }

    /// <summary>Whether a VM has a job that does I/O; the others have no bandwidth to be fair about.</summary>
    public static bool DoesIo(VmSpec vm) => vm.Jobs.Any(job => job.Pattern != IoPattern.Compute);

    /// <summary>Jain's index of the bandwidths of all VMs that do I/O; null with fewer than two.</summary>
    public static double? JainOverAll(RunResult result)
    {
        double[] bandwidths = [.. result.Vms.Where(vm => DoesIo(vm.Spec)).Select(Bandwidth)];
        return bandwidths.Length < 2 ? null : Fairness.JainIndex(bandwidths);
    }

    /// <summary>
    /// Jain's index of each group of two or more equal VMs that do I/O; the index over all ("all") when there is no such group. Empty with
    /// fewer than two VMs that do I/O.
    /// </summary>
    public static IReadOnlyList<(string Group, double Jain)> JainByGroup(RunResult result)
    {
        var equal = VmGroup.Of(result.Scenario)
            .Where(group => group.Indices.Count > 1 && DoesIo(result.Vms[group.Indices[0]].Spec))
            .Select(group => (group.Name, JainOf(group, result)))
            .ToList();
        return equal.Count > 0 ? equal : JainOverAll(result) is { } all ? [("all", all)] : [];
    }

    private static double JainOf(VmGroup group, RunResult result)
    {
        double[] bandwidths = [.. group.Indices.Select(i => Bandwidth(result.Vms[i]))];
        return Fairness.JainIndex(bandwidths);
    }
}
