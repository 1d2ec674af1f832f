using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Report.Fio;

/// <summary>An entry of fio's report: a clone of a job, or with <c>group_reporting</c> all of its group.</summary>
internal sealed record FioJob
{
    /// <summary>The VM it is of.</summary>
    public required VmResult Vm { get; init; }

    /// <summary>The job; of a group, the first one.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>Its group, counted through all VMs.</summary>
    public required int Group { get; init; }

    /// <summary>From the first start of its clones to the last end, as far as it is measured, in nanoseconds.</summary>
    public required long ActiveNs { get; init; }

    /// <summary>The same of each clone, added up.</summary>
    public required long SummedNs { get; init; }

    /// <summary>Its I/Os.</summary>
    public required JobCounts Counts { get; init; }

    /// <summary>What is known of it beyond that.</summary>
    public required JobFacts Facts { get; init; }

    /// <summary>Whether requests of it were in a queue.</summary>
    public bool IsQueued => Vm.Spec.Storage?.Path.IsConventional() == true;

    /// <summary>fio's error number: of its <c>verify</c> when a block was wrong, of an I/O when its VM was given up, else 0.</summary>
    public int Error => Vm.BlocksWrong > 0 && Spec.Verify != default ? 84 : Vm.State == VmState.Failed ? 5 : 0;

    /// <summary>The entries of a run in the order of its VMs and jobs.</summary>
    public static IReadOnlyList<FioJob> Of(RunResult result)
    {
        var (jobs, groups) = (new List<FioJob>(), 0);
        foreach (var vm in result.Vms.Where(vm => !vm.Jobs.IsEmpty))
        {
            foreach (var clones in JobRow.Together(vm))
            {
                var row = JobRow.Of(clones, result);
                jobs.Add(new FioJob
                {
                    Vm = vm,
                    Spec = clones[0].Spec,
                    Group = groups + row.Group,
                    ActiveNs = row.ActiveNs,
                    SummedNs = clones.Sum(clone => JobRow.Of([clone], result).ActiveNs),
                    Counts = row.Measured,
                    Facts = clones.Aggregate(new JobFacts(), (sum, clone) => sum + (clone.Clone.Facts ?? new JobFacts())),
                });
            }

            groups += vm.Jobs[^1].Group + 1;
        }

        return jobs;
    }
}
