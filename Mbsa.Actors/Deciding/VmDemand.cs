using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// What a VM of a tenant did and wants, in the unit of the tenant's promise, epoch by epoch. Who had to wait for its host, or was never
/// done, wants what it could do alone there; others want a little more than they had. The demand goes with a VM that migrates. Not
/// thread-safe.
/// </summary>
/// <param name="unit">Bytes or I/Os per second.</param>
internal sealed class VmDemand(PromiseUnit unit)
{
    /// <summary>
    /// Of an epoch, the least part that its VCPUs have to wait in sum for a VM to count as one that wants more (as in Qos/DemandEstimate).
    /// </summary>
    private const double WaitingFraction = 0.1;

    /// <summary>Of an epoch, the part from which on all its VCPUs count as having run or wanted to all the time.</summary>
    private const double AllTheTime = 0.99;

    /// <summary>Room to grow for a VM that got all it wanted.</summary>
    private const double Growth = 1.1;

    private readonly Dictionary<int, VmCounts> _before = [];
    private int? _host;
    private bool _isDisturbed;
    private double? _rate;

    /// <summary>What it had, in the last epoch, per second.</summary>
    public double UsedRate { get; private set; }

    /// <summary>What it would have had without bounds: no less than it had, and more only where it was never done.</summary>
    public double WantedRate { get; private set; }

    /// <summary>What leases go by. Before anything was measured: all it can do.</summary>
    /// <param name="aloneRate">What it can do alone where it is now.</param>
    public double Rate(double aloneRate) => _rate ?? aloneRate;

    /// <summary>An epoch is over. Nothing is learnt of the demand from one in which the VM came, went or migrated.</summary>
    /// <param name="counts">Its counts until now on every host that has counted it in this epoch.</param>
    /// <param name="host">Where it runs now; null where it does not.</param>
    /// <param name="passedNs">Length of the epoch, in nanoseconds; above 0.</param>
    /// <param name="aloneRate">What it can do alone where it is now.</param>
    public void Observe(IEnumerable<(int Host, VmCounts Counts)> counts, int? host, long passedNs, double aloneRate)
    {
        var (amount, readyNs, backloggedNs) = (0d, 0d, 0L);
        foreach (var (where, now) in counts)
        {
            var lately = now.Since(_before.GetValueOrDefault(where));
            _before[where] = now;
            amount += unit == PromiseUnit.BytesPerSecond ? lately.Bytes : lately.Operations;
            readyNs += lately.ReadyNs;
            backloggedNs += lately.BackloggedNs;
        }

        UsedRate = amount * 1e9 / passedNs;
        var wantsAll = backloggedNs >= AllTheTime * passedNs;
        WantedRate = wantsAll ? Math.Max(UsedRate, aloneRate) : UsedRate;
        if (host == _host && host is not null && !_isDisturbed)
        {
            _rate = wantsAll || readyNs > WaitingFraction * passedNs ? Math.Max(UsedRate, aloneRate) : UsedRate * Growth;
        }
    }

    /// <summary>It runs there from now on. Started again, it is a new VM.</summary>
    /// <param name="host">Where; null where it does not run.</param>
    /// <param name="isEpochStart">Whether an epoch begins now.</param>
    public void Settle(int? host, bool isEpochStart)
    {
        _rate = host is null ? null : _rate;
        _isDisturbed = !isEpochStart && (_isDisturbed || host != _host);
        _host = host;
    }
}
