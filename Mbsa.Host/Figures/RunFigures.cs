using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Figures;

/// <summary>Figures derived from a result, used by the report and the tables alike.</summary>
internal static class RunFigures
{
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
        double[] bandwidths = [.. result.Vms.Where(vm => DoesIo(vm.Spec)).Select(vm => Bandwidth(vm, result))];
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
        double[] bandwidths = [.. group.Indices.Select(i => Bandwidth(result.Vms[i], result))];
        return Fairness.JainIndex(bandwidths);
    }

    private static double Bandwidth(VmResult vm, RunResult result) => Catalogue.Find("bandwidth")!.Shown(vm, result) ?? 0;
}
