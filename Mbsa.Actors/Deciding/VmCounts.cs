using Mbsa.Cores.Queue;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// What a VM did on a host since it came there; everything only grows while host and VM are there. The counts of the host's run queue
/// (<see cref="UsageCounts"/>) as they travel.
/// </summary>
/// <param name="Operations">I/Os completed.</param>
/// <param name="Bytes">Bytes they read and wrote, by nominal work.</param>
/// <param name="ReadyNs">Time its VCPUs were ready and did not run, summed over VCPUs, in nanoseconds.</param>
/// <param name="BackloggedNs">Time all its VCPUs ran or wanted to, in nanoseconds.</param>
internal readonly record struct VmCounts(long Operations, double Bytes, double ReadyNs, long BackloggedNs)
{
    /// <summary>What was done since an earlier moment; all of it where the host began to count anew.</summary>
    public VmCounts Since(in VmCounts earlier) =>
        Operations < earlier.Operations || BackloggedNs < earlier.BackloggedNs || ReadyNs < earlier.ReadyNs
        ? this
        : this with
        {
            Operations = Operations - earlier.Operations,
            Bytes = Bytes - earlier.Bytes,
            ReadyNs = ReadyNs - earlier.ReadyNs,
            BackloggedNs = BackloggedNs - earlier.BackloggedNs,
        };
}
