using System.Text.Json.Nodes;
using Mbsa.Model.Results;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Report;

/// <summary>What the report says of a job's clone, or of a whole group with fio's <c>group_reporting</c>.</summary>
/// <param name="Name">The job's name; of a group, its first job's.</param>
/// <param name="Group">The group, from 0.</param>
/// <param name="Clones">Clones it stands for.</param>
/// <param name="StartNs">When the first began, on the scenario's clock; null when none did.</param>
/// <param name="EndNs">When the last came to its end; null when not all did.</param>
/// <param name="ActiveNs">From the first start to the last end, as far as that is in the measured part, in nanoseconds.</param>
/// <param name="Measured">Their I/Os of the measured part.</param>
internal sealed record JobRow(string Name, int Group, int Clones, long? StartNs, long? EndNs, long ActiveNs, JobCounts Measured)
{
    /// <summary>I/Os per second of the time it was active.</summary>
    public double OperationsPerSecond => ActiveNs == 0 ? 0 : (Measured.Reads + Measured.Writes) * 1e9 / ActiveNs;

    /// <summary>Bytes per second of the time it was active.</summary>
    public double BytesPerSecond => ActiveNs == 0 ? 0 : (Measured.ReadBytes + Measured.WriteBytes) * 1e9 / ActiveNs;

    /// <summary>The rows of a VM whose jobs are in several groups, or ask for a line per group; none of others.</summary>
    public static IReadOnlyList<JobRow> Of(VmResult vm, RunResult result)
    {
        var rows = new List<JobRow>();
        if (vm.Jobs.IsEmpty || (vm.Jobs[^1].Group == 0 && !vm.Spec.Jobs.Any(job => job.GroupReporting)))
        {
            return rows;
        }

        rows.AddRange(Together(vm).Select(clones => Of(clones, result)));
        return rows;
    }

    /// <summary>A row for some clones of one VM.</summary>
    public static JobRow Of(IReadOnlyList<(JobResult Clone, JobSpec Spec)> clones, RunResult result) =>
        Row(clones, result.Scenario.WarmupNs, result.Scenario.WarmupNs + result.MeasuredNs);

    /// <summary>The clones of a VM that fio reports together: each alone, or with <c>group_reporting</c> a whole group.</summary>
    public static IEnumerable<IReadOnlyList<(JobResult Clone, JobSpec Spec)>> Together(VmResult vm)
    {
        var specs = vm.Spec.Jobs.SelectMany(job => Enumerable.Repeat(job, job.NumJobs)).ToList();
        return vm.Jobs.Select((clone, i) => (Clone: clone, Spec: specs[i], Place: i))
            .GroupBy(each => (each.Clone.Group, each.Spec.GroupReporting ? -1 : each.Place))
            .Select(together => (IReadOnlyList<(JobResult, JobSpec)>)[.. together.Select(each => (each.Clone, each.Spec))]);
    }

    /// <summary>As programs read it.</summary>
    public JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["group"] = Group,
        ["clones"] = Clones,
        ["start_ns"] = StartNs,
        ["end_ns"] = EndNs,
        ["active_seconds"] = ActiveNs / 1e9,
        ["read_ops"] = Measured.Reads,
        ["read_bytes"] = Measured.ReadBytes,
        ["write_ops"] = Measured.Writes,
        ["write_bytes"] = Measured.WriteBytes,
    };

    private static JobRow Row(IReadOnlyList<(JobResult Clone, JobSpec Spec)> clones, long fromNs, long untilNs)
    {
        var first = clones[0].Clone;
        var startNs = clones.Min(each => each.Clone.StartNs);
        var endNs = clones.All(each => each.Clone.EndNs is not null) ? clones.Max(each => each.Clone.EndNs) : null;
        var countsFromNs = clones.Min(each => each.Clone.StartNs + each.Spec.RampNs);
        var activeNs = Math.Min(endNs ?? untilNs, untilNs) - Math.Max(countsFromNs ?? untilNs, fromNs);
        var sum = clones.Aggregate(default(JobCounts), (sum, each) => new JobCounts(
            sum.Reads + each.Clone.Measured.Reads,
            sum.Writes + each.Clone.Measured.Writes,
            sum.ReadBytes + each.Clone.Measured.ReadBytes,
            sum.WriteBytes + each.Clone.Measured.WriteBytes));
        return new JobRow(first.Name, first.Group, clones.Count, startNs, endNs, Math.Max(0, activeNs), sum);
    }
}
