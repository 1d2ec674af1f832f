using Mbsa.Vm.Paths;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// What it costs a worker of a conventional path to be woken: nothing when it was not asleep yet, a switch,
/// and the idle state of a core that had nothing else to do.
/// </summary>
internal struct WakeUp
{
    private bool _isBlocked;
    private long _blockedNs;

    /// <summary>The worker blocks.</summary>
    public void Block(long nowNs) => (_isBlocked, _blockedNs) = (true, nowNs);

    /// <summary>The worker begins a step.</summary>
    /// <param name="doorbell">What wakes it.</param>
    /// <param name="startNs">The scenario's clock now.</param>
    /// <param name="readySinceNs">Set to when it was woken, if it was.</param>
    /// <returns>Whether it had been asleep and was woken.</returns>
    public bool TryEnd(Doorbell doorbell, long startNs, ref long readySinceNs)
    {
        var isRung = doorbell.TryAnswer(out var rungNs);
        if (!_isBlocked)
        {
            return false;
        }

        _isBlocked = false;
        if (!isRung)
        {
            readySinceNs = startNs; // its time had come, not somebody
            return false;
        }

        readySinceNs = Math.Max(_blockedNs, Math.Min(rungNs, startNs));
        return rungNs > _blockedNs;
    }

    /// <summary>Core time of the wake-up, in nanoseconds. Under the wall clock a core's idle state is this machine's own.</summary>
    public static double CostNs(StageCosts costs, double contextSwitchNs, long waitedNs, in WallPace pace) =>
        contextSwitchNs + (waitedNs == 0 && !pace.IsReal ? costs.IdleNs : 0);
}
