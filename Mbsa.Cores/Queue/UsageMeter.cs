using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>
/// What one VM used and wanted, counted by the run queue as VCPUs come and go: once per quantum, never per I/O. Everything only grows;
/// who wants to know about a stretch of time takes two <see cref="UsageCounts"/>.
/// </summary>
internal sealed class UsageMeter
{
    private UsageCounts _counts;
    private ResourceUse _notCharged;
    private long _sinceNs;
    private int _attached;
    private int _ready;
    private int _granted;

    /// <summary>How it stands at a moment.</summary>
    public UsageCounts At(long nowNs)
    {
        Pass(nowNs);
        _counts.UseSoFar = ResourceUse.Max(_counts.UseSoFar, _counts.Use + _notCharged);
        return _counts;
    }

    /// <summary>A VCPU is ready to run.</summary>
    public void OnReady(RunState before, long nowNs)
    {
        Pass(nowNs);
        _attached += before == RunState.New ? 1 : 0;
        _ready++;
        _counts.Waits++;
    }

    /// <summary>A VCPU was granted a quantum.</summary>
    public void OnGranted(long nowNs)
    {
        Pass(nowNs);
        _ready--;
        _granted++;
    }

    /// <summary>A quantum that is under way has used more than it had when it was last looked at.</summary>
    public void OnBooked(in ResourceUse use) => _notCharged += use;

    /// <summary>A quantum ended.</summary>
    /// <param name="use">What it used.</param>
    /// <param name="booked">What of that was booked before.</param>
    /// <param name="quantum">The quantum.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    public void OnCharged(in ResourceUse use, in ResourceUse booked, in QuantumUse quantum, long nowNs)
    {
        OnSettled(use, quantum, nowNs);
        _granted--;
        _notCharged -= booked;
    }

    /// <summary>Work was done that no core was granted for.</summary>
    public void OnSettled(in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        Pass(nowNs);
        _counts.Use += use;
        _counts.Operations += quantum.Operations;
        _counts.Bytes += quantum.Work.BusBytes;
    }

    /// <summary>A VCPU left for good.</summary>
    public void OnLeft(RunState before, long nowNs)
    {
        Pass(nowNs);
        _attached -= before == RunState.New ? 0 : 1;
        _ready -= before == RunState.Ready ? 1 : 0;
        _granted -= before == RunState.Granted ? 1 : 0;
    }

    /// <summary>It wanted to run and its limit forbade it.</summary>
    public void OnThrottled(long fromNs, long toNs) => _counts.ThrottledNs += Math.Max(0, toNs - fromNs);

    private void Pass(long nowNs)
    {
        var passedNs = nowNs - _sinceNs;
        if (passedNs <= 0)
        {
            return;
        }

        _sinceNs = nowNs;
        _counts.ReadyNs += passedNs * _ready;
        _counts.HeldNs += passedNs * _granted;
        _counts.AttachedNs += passedNs * _attached;
        var isBacklogged = _attached > 0 && _ready + _granted == _attached;
        _counts.BackloggedNs += isBacklogged ? passedNs : 0;
        _counts.WantedNs += isBacklogged || _ready > 0 ? passedNs : 0;
    }
}

/// <summary>How a <see cref="UsageMeter"/> stands.</summary>
public struct UsageCounts
{
    /// <summary>What it used of the host in quanta that ended, by nominal costs: what policies go by.</summary>
    public ResourceUse Use;

    /// <summary>
    /// What it used of the host until now, by nominal costs, what quanta under way or cut off used among it: what is reported.
    /// </summary>
    public ResourceUse UseSoFar;

    /// <summary>I/Os completed.</summary>
    public long Operations;

    /// <summary>Bytes they moved, by nominal work.</summary>
    public double Bytes;

    /// <summary>Time its VCPUs were ready and did not run, in nanoseconds, summed over VCPUs.</summary>
    public double ReadyNs;

    /// <summary>Time its VCPUs held a core, in nanoseconds, summed over VCPUs.</summary>
    public long HeldNs;

    /// <summary>Time its VCPUs were there, asleep or not, in nanoseconds, summed over VCPUs; each from when it was ready first.</summary>
    public long AttachedNs;

    /// <summary>Times one of its VCPUs became ready.</summary>
    public long Waits;

    /// <summary>Time all its VCPUs ran or wanted to, in nanoseconds: then what it got is all it was let have.</summary>
    public long BackloggedNs;

    /// <summary>
    /// Time it wanted more than it had, in nanoseconds: a VCPU was ready and did not run, or all of them ran or wanted to.
    /// </summary>
    public long WantedNs;

    /// <summary>Time its limit kept it from running, in nanoseconds.</summary>
    public long ThrottledNs;

    /// <summary>What happened since an earlier moment.</summary>
    public readonly UsageCounts Since(in UsageCounts earlier) => new()
    {
        Use = Use - earlier.Use,
        UseSoFar = UseSoFar - earlier.UseSoFar,
        Operations = Operations - earlier.Operations,
        Bytes = Bytes - earlier.Bytes,
        ReadyNs = ReadyNs - earlier.ReadyNs,
        HeldNs = HeldNs - earlier.HeldNs,
        AttachedNs = AttachedNs - earlier.AttachedNs,
        Waits = Waits - earlier.Waits,
        BackloggedNs = BackloggedNs - earlier.BackloggedNs,
        WantedNs = WantedNs - earlier.WantedNs,
        ThrottledNs = ThrottledNs - earlier.ThrottledNs,
    };
}
