using System.Collections.Immutable;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Planning;

/// <summary>
/// Weighted max-min fair division of a host on dominant shares, with floors and ceilings:
/// <code>
/// x_i = min(ceiling_i, demand_i, max(floor_i, theta * weight_i))
/// raise theta until some resource is full: sum_i x_i * d_ij / k_i = 1
/// freeze the VMs that use it, go on with the rest
/// </code>
/// After Ghodsi et al., "Dominant Resource Fairness" (NSDI 2011), by progressive filling.
/// Pure arithmetic on + - * /, in the order of the claims.
/// </summary>
internal sealed class WaterFill
{
    /// <summary>How much above its limit a VM competes.</summary>
    private const double LimitMargin = 1.25;

    /// <summary>
    /// Who uses less of a resource than this, against what it uses most, does not use it:
    /// nobody is to be frozen for a rounding error of its mix.
    /// </summary>
    private const double Negligible = 1e-9;

    private static readonly Resource[] _resources = [Resource.Cores, Resource.Bus, Resource.Nvm];

    private readonly IReadOnlyList<VmClaim> _claims;
    private readonly double[] _floors;
    private readonly double[] _caps;
    private readonly double[] _reach;
    private readonly double[,] _relative;
    private readonly bool[] _rises;
    private readonly bool[] _frozen;
    private readonly double[] _used = new double[_resources.Length];
    private readonly double[] _slopes = new double[_resources.Length];
    private readonly double[] _fullAt = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
    private double _theta;

    private WaterFill(HostCapacity host, IReadOnlyList<VmClaim> claims)
    {
        _claims = claims;
        (_floors, _caps) = (new double[claims.Count], new double[claims.Count]);
        (_rises, _frozen) = (new bool[claims.Count], new bool[claims.Count]);
        _relative = new double[claims.Count, _resources.Length];
        _reach = new double[claims.Count];
        Shares = new double[claims.Count];
        Rates = new double[claims.Count];
        for (var i = 0; i < claims.Count; i++)
        {
            var claim = claims[i];
            foreach (var resource in _resources)
            {
                _relative[i, (int)resource] = claim.Relative(resource) is var relative && relative > Negligible ? relative : 0;
            }

            _reach[i] = claim.Reach(host.Cores);
            _caps[i] = Math.Min(Math.Min(claim.LimitShare, claim.DemandShare), _reach[i]);
            _floors[i] = Math.Min(claim.ReservedShare, _caps[i]);
        }
    }

    /// <summary>What each claim gets: its x.</summary>
    public double[] Shares { get; }

    /// <summary>
    /// What each would get if it wanted all it can get while the others want what they do: the rate at which it competes, above 0.
    /// It differs from <see cref="Shares"/> for those who want less: they are not to pay for having wanted less when they want more.
    /// </summary>
    public double[] Rates { get; }

    /// <summary>Of cores, bus and NVM, the part that is given to somebody, 0 to 1.</summary>
    public ImmutableArray<double> Use => [.. _used];

    /// <summary>Divides a host among VMs by what they claim.</summary>
    public static WaterFill Divide(HostCapacity host, IReadOnlyList<VmClaim> claims)
    {
        var fill = new WaterFill(host, claims);
        fill.ScaleFloors();
        fill.Raise();
        fill.Settle();
        return fill;
    }

    /// <summary>Floors that do not fit together (after a change of what the I/Os are like) shrink alike.</summary>
    private void ScaleFloors()
    {
        var scale = 1d;
        foreach (var resource in _resources)
        {
            var needed = 0d;
            for (var i = 0; i < _floors.Length; i++)
            {
                needed += _floors[i] * _relative[i, (int)resource];
            }

            scale = needed > 1 ? Math.Min(scale, 1 / needed) : scale;
        }

        for (var i = 0; i < _floors.Length; i++)
        {
            _floors[i] *= scale;
            Shares[i] = _floors[i];
            Add(_used, i, _floors[i]);
        }
    }

    /// <summary>Raises theta from event to event: a claim leaves its floor or reaches its cap, or a resource becomes full.</summary>
    private void Raise()
    {
        var events = new List<(double Theta, int Claim, bool Rises)>(2 * _floors.Length);
        for (var i = 0; i < _floors.Length; i++)
        {
            if (_caps[i] > _floors[i])
            {
                events.Add((_floors[i] / _claims[i].Qos.Weight, i, true));
                if (!double.IsPositiveInfinity(_caps[i]))
                {
                    events.Add((_caps[i] / _claims[i].Qos.Weight, i, false));
                }
            }
        }

        events.Sort();
        foreach (var (theta, claim, rises) in events)
        {
            FillUpTo(theta);
            if (_frozen[claim])
            {
                continue;
            }

            _rises[claim] = rises;
            Add(_slopes, claim, rises ? _claims[claim].Qos.Weight : -_claims[claim].Qos.Weight);
            if (!rises)
            {
                Shares[claim] = _caps[claim];
            }
        }

        FillUpTo(double.PositiveInfinity);
    }

    /// <summary>Raises theta so far, and freezes whoever uses what becomes full on the way.</summary>
    private void FillUpTo(double theta)
    {
        while (FirstToFill(theta) is { } resource)
        {
            Advance(Math.Max(_theta, FullAt(resource)));
            _fullAt[resource] = _theta;
            for (var i = 0; i < _frozen.Length; i++)
            {
                if (!_frozen[i] && _relative[i, resource] > 0)
                {
                    Freeze(i);
                }
            }
        }

        if (!double.IsPositiveInfinity(theta))
        {
            Advance(theta);
        }
    }

    private int? FirstToFill(double theta)
    {
        int? first = null;
        for (var resource = 0; resource < _slopes.Length; resource++)
        {
            if (double.IsPositiveInfinity(_fullAt[resource]) && FullAt(resource) < (first is { } f ? FullAt(f) : theta))
            {
                first = resource;
            }
        }

        return first;
    }

    private double FullAt(int resource) =>
        _slopes[resource] > 1e-15 ? _theta + (1 - _used[resource]) / _slopes[resource] : double.PositiveInfinity;

    private void Advance(double theta)
    {
        for (var resource = 0; resource < _used.Length; resource++)
        {
            _used[resource] += _slopes[resource] * (theta - _theta);
        }

        _theta = theta;
    }

    private void Freeze(int claim)
    {
        _frozen[claim] = true;
        if (_rises[claim])
        {
            _rises[claim] = false;
            Shares[claim] = _theta * _claims[claim].Qos.Weight;
            Add(_slopes, claim, -_claims[claim].Qos.Weight);
        }
    }

    private void Settle()
    {
        var weights = 0d;
        for (var i = 0; i < _claims.Count; i++)
        {
            weights += _claims[i].Qos.Weight;
        }

        for (var i = 0; i < _claims.Count; i++)
        {
            if (_rises[i])
            {
                Shares[i] = _theta * _claims[i].Qos.Weight; // nothing it uses ever became full: it uses nothing
            }

            var theta = double.PositiveInfinity;
            for (var resource = 0; resource < _fullAt.Length; resource++)
            {
                theta = _relative[i, resource] > 0 ? Math.Min(theta, _fullAt[resource]) : theta;
            }

            theta = double.IsPositiveInfinity(theta) ? Math.Max(_theta, 1 / weights) : theta;
            // A VM never has more than its VCPUs can use, so it is owed no more; of its limit a little more, so that the limit is reached.
            var maxShare = Math.Min(_reach[i], LimitMargin * _claims[i].LimitShare);
            var competes = Math.Min(maxShare, Math.Max(_floors[i], theta * _claims[i].Qos.Weight));
            Rates[i] = Math.Max(1e-9, competes);
        }
    }

    private void Add(double[] sums, int claim, double share)
    {
        for (var resource = 0; resource < sums.Length; resource++)
        {
            sums[resource] += share * _relative[claim, resource];
        }
    }
}
