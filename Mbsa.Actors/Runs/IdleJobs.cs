using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Runs;

/// <summary>Finds jobs that should have done I/O in the measured part and did none: a 0 in a report must not be silent. Pure.</summary>
internal static class IdleJobs
{
    /// <summary>With many VCPUs and long quanta some have no turn for as long as that, and it says nothing.</summary>
    private const long ShortNs = 1_000_000_000;

    /// <summary>A line for each such job of a VM.</summary>
    /// <param name="vm">What the VM did.</param>
    /// <param name="fromNs">When the measured part began, on the scenario's clock.</param>
    /// <param name="untilNs">When it ended.</param>
    /// <param name="durationNs">How long it should have been.</param>
    public static IEnumerable<string> Of(VmResult vm, long fromNs, long untilNs, long durationNs)
    {
        if (vm.State is not (VmState.Running or VmState.Finished))
        {
            yield break;
        }

        var (next, waits) = (0, false);
        foreach (var job in vm.Spec.Jobs)
        {
            var clones = vm.Jobs.Skip(next).Take(job.NumJobs).ToImmutableArray();
            next += job.NumJobs;
            waits |= job.Stonewall || job.WaitFor is not null;
            var idle = clones.Where(clone => job.Pattern != IoPattern.Compute && IsIdle(clone, fromNs, durationNs)).ToList();
            if (idle.Count > 0 && WhyNothing(job, idle[0], waits, fromNs, untilNs, durationNs) is { } why)
            {
                var which = job.NumJobs == 1 ? "" : $" in {idle.Count} of {job.NumJobs} clones";
                yield return $"{vm.Spec.Name}: job '{job.Name}' has nothing to measure{which}: {why}";
            }
        }
    }

    private static bool IsIdle(JobResult clone, long fromNs, long durationNs) =>
        clone.Measured is { Reads: 0, Writes: 0 } || EndedInWarmup(clone, fromNs, durationNs);

    /// <summary>A thousandth of the measured part is its last I/Os, and no measurement.</summary>
    private static bool EndedInWarmup(JobResult clone, long fromNs, long durationNs) =>
        clone.StartNs < fromNs && clone.EndNs < fromNs + (durationNs / 1000);

    private static string? WhyNothing(JobSpec job, JobResult clone, bool waits, long fromNs, long untilNs, long durationNs)
    {
        if (clone.StartNs is null && job.StartDelayNs >= untilNs)
        {
            return $"its startdelay is {Seconds(job.StartDelayNs)}, and the run ended at {Seconds(untilNs)}";
        }

        if (clone.StartNs is null && waits)
        {
            return "the jobs it waits for had not ended when the run did";
        }

        if (EndedInWarmup(clone, fromNs, durationNs))
        {
            return $"it ended at {Seconds(clone.EndNs!.Value)}, in the warm-up of {Seconds(fromNs)}; "
                + "give it more to do, or the scenario less warm-up";
        }

        var startNs = clone.StartNs ?? job.StartDelayNs;
        var countsFromNs = Math.Max(fromNs, startNs + job.RampNs);
        if (countsFromNs >= untilNs && job.RampNs > 0)
        {
            return $"its ramp_time was over at {Seconds(startNs + job.RampNs)}, and the run ended at {Seconds(untilNs)}";
        }

        // Two of its longest pauses without an I/O between them are not chance.
        var activeNs = Math.Min(clone.EndNs ?? untilNs, untilNs) - countsFromNs;
        return activeNs >= Math.Max(ShortNs, 2 * PauseNs(job)) ? "it had no turn in all of it" : null;
    }

    private static double PauseNs(JobSpec job)
    {
        var operations = new[] { job.ReadRateIops, job.WriteRateIops }.Min() ?? double.PositiveInfinity;
        var bytes = new[] { job.ReadRateBytesPerSecond, job.WriteRateBytesPerSecond }.Min() ?? double.PositiveInfinity;
        var blockBytes = Math.Max(job.ReadBlockBytes, job.WriteBlockBytes);
        return job.ThinkTimeNs + Math.Max(1e9 / operations, blockBytes * 1e9 / bytes);
    }

    private static string Seconds(long ns) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ns / 1e9:0.###} s");
}
