namespace Mbsa.Vm.Workload;

/// <summary>
/// The groups of the jobs of a VM, as fio numbers them: one begins with the first job, and with each <c>stonewall</c> or
/// <c>new_group</c>.
/// </summary>
public static class JobGroups
{
    /// <summary>The jobs in their order, each with its group, from 0.</summary>
    public static IEnumerable<(JobSpec Job, int Group)> Of(IEnumerable<JobSpec> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var group = -1;
        foreach (var job in jobs)
        {
            group += group < 0 || job.Stonewall || job.NewGroup ? 1 : 0;
            yield return (job, group);
        }
    }
}
