using Mbsa.Vm.Jobs;

namespace Mbsa.Vm.Vcpus;

/// <summary>What the jobs of a VCPU hold for it.</summary>
/// <param name="CanGoOn">Whether one can go on now; the rest is not known then.</param>
/// <param name="IsOver">Whether none will do anything more, with nothing in flight.</param>
/// <param name="WakeAtNs">When the first can go on or ends, unless something comes back before; the largest number for never.</param>
internal readonly record struct JobOutlook(bool CanGoOn, bool IsOver, long WakeAtNs)
{
    /// <summary>Looks at all of them.</summary>
    public static JobOutlook Of(ReadOnlySpan<RunningJob> jobs, long nowNs)
    {
        var (isOver, wakeAtNs) = (true, long.MaxValue);
        foreach (var job in jobs)
        {
            if (job.MayRun(nowNs))
            {
                return new JobOutlook(CanGoOn: true, IsOver: false, nowNs);
            }

            isOver &= job.IsOver(nowNs);
            if (!job.IsFinished(nowNs) && job.NotBeforeNs > nowNs)
            {
                wakeAtNs = Math.Min(wakeAtNs, Math.Min(job.NotBeforeNs, job.EndsAtNs));
            }
        }

        return new JobOutlook(CanGoOn: false, isOver, wakeAtNs);
    }
}
