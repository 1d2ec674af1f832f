using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// The course of one live migration (pre-copy: Clark et al., "Live Migration of Virtual Machines", NSDI 2005): what is sent, again what was
/// written meanwhile, until the rest is so little that the VM can be stopped for it. Decides after each round, and keeps the figures. Bytes
/// and moments come from outside. Pure; not thread-safe.
/// </summary>
internal sealed class PreCopy
{
    /// <summary>After so many rounds in which the rest was never less than before it does not converge.</summary>
    public const int MaxWithoutProgress = 3;

    private readonly MigrationSpec _spec;
    private readonly NetworkSpec _network;
    private readonly long _measuredFromNs;
    private MigrationResult _result;
    private long _startNs;
    private long _roundStartNs;
    private long? _stoppedAtNs;
    private long _minLeft = long.MaxValue;
    private int _withoutProgress;

    /// <summary>A migration begins, and with it the first round.</summary>
    /// <param name="vm">Index of the VM.</param>
    /// <param name="from">Index of the host it leaves.</param>
    /// <param name="to">Index of the host it goes to.</param>
    /// <param name="cluster">How VMs migrate and over what.</param>
    /// <param name="nowNs">The moment, on the scenario's clock.</param>
    /// <param name="measuredFromNs">When the measured part began, on the same clock.</param>
    public PreCopy(int vm, int from, int to, ClusterSpec cluster, long nowNs, long measuredFromNs)
    {
        (_spec, _network, _measuredFromNs) = (cluster.Migration, cluster.Network, measuredFromNs);
        _startNs = _roundStartNs = nowNs;
        _result = new MigrationResult { Vm = vm, From = from, To = to, StartNs = nowNs - measuredFromNs };
    }

    /// <summary>Whether the VM stands still for the last round.</summary>
    public bool IsStopped => _stoppedAtNs is not null;

    /// <summary>A round has arrived while the VM ran.</summary>
    /// <param name="nowNs">When its last byte arrived; the next round begins now.</param>
    /// <param name="bytesSent">Its bytes.</param>
    /// <param name="bytesLeft">What was written meanwhile and has to be sent again.</param>
    /// <returns>Whether to stop the VM and send the rest; else another round.</returns>
    public bool EndRound(long nowNs, long bytesSent, long bytesLeft)
    {
        var tookNs = nowNs - _roundStartNs;
        Count(nowNs, bytesSent);
        (_minLeft, _withoutProgress) = bytesLeft < _minLeft ? (bytesLeft, 0) : (_minLeft, _withoutProgress + 1);
        return RestNs(bytesSent, tookNs, bytesLeft) <= _spec.DowntimeNs
            || _result.Rounds >= _spec.MaxRounds
            || _withoutProgress >= MaxWithoutProgress;
    }

    /// <summary>The VM was stopped; what is left is the last round.</summary>
    public void Stop(long nowNs) => _stoppedAtNs = _roundStartNs = nowNs;

    /// <summary>The last round has arrived and the VM runs at the target.</summary>
    public MigrationResult End(long nowNs, long bytesSent)
    {
        Count(nowNs, bytesSent);
        return _result = Now(nowNs) with { IsDone = true };
    }

    /// <summary>It does not happen; the VM goes on where it is, or was lost there.</summary>
    /// <param name="nowNs">The moment.</param>
    /// <param name="why">The reason, for people.</param>
    /// <param name="bytesSent">What was sent of the round that was under way.</param>
    public MigrationResult Cancel(long nowNs, string why, long bytesSent = 0)
    {
        _result = _result with { Bytes = _result.Bytes + bytesSent };
        return _result = Now(nowNs) with { WhyCancelled = why };
    }

    /// <summary>How it stands at a moment, while it is under way.</summary>
    public MigrationResult Now(long nowNs) => _result with { TotalNs = nowNs - _startNs, DowntimeNs = nowNs - (_stoppedAtNs ?? nowNs) };

    private void Count(long nowNs, long bytesSent)
    {
        _roundStartNs = nowNs;
        _result = _result with { Rounds = _result.Rounds + 1, Bytes = _result.Bytes + bytesSent };
    }

    /// <summary>How long the rest is expected to take: at the rate of the round before, or the network's where nothing was sent.</summary>
    private double RestNs(long bytesSent, long tookNs, long bytesLeft)
    {
        var sendingNs = tookNs - _network.LatencyNs;
        var bytesPerNs = bytesSent > 0 && sendingNs > 0 ? bytesSent / (double)sendingNs : _network.BandwidthBytesPerSecond / 1e9;
        return bytesLeft / bytesPerNs + _network.LatencyNs;
    }
}
