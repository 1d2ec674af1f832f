using System.Collections.Immutable;

namespace Mbsa.Actors.Deciding;

/// <summary>
/// Divides what tenants have to lease among hosts: each tenant's in proportion to demand; where tenants together want more of a host than
/// it has room for, all of them get the same part of what they want there; what that cuts off goes to the tenant's other hosts, again in
/// proportion, as far as there is room. Pure arithmetic, in the order of tenants and hosts.
/// </summary>
internal sealed class LeaseSplit
{
    private readonly List<TenantClaims> _tenants = [];
    private readonly List<double> _available = [];
    private readonly RoomNeed[] _rooms;

    /// <summary>A division of the room that is left for tenants.</summary>
    public LeaseSplit(Placement placement) =>
        _rooms = [.. Enumerable.Range(0, placement.Needs.Cluster.Hosts.Length).Select(host => placement.RoomOf(host).LeftForTenants)];

    /// <summary>A tenant takes part.</summary>
    /// <param name="claims">What it wants of hosts; only those that can be given a lease.</param>
    /// <param name="available">What there is to lease, in the unit of its promise.</param>
    public void Add(TenantClaims claims, double available)
    {
        _tenants.Add(claims);
        _available.Add(available);
    }

    /// <summary>Divides.</summary>
    /// <returns>A lease for each claim, by tenant and host; when they expire is not said.</returns>
    public IEnumerable<HostLease> Divide()
    {
        double[][] rates = [.. _tenants.Select((tenant, i) => ProportionalShare.Divide(_available[i], tenant.Weights, tenant.Caps))];
        ScaleToRoom(rates);
        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = Refill(i, rates);
        }

        return rates.SelectMany((ofTenant, i) =>
            ofTenant.Select((rate, k) => new HostLease(_tenants[i].Hosts[k], _tenants[i].Tenant, rate, 0)));
    }

    private void ScaleToRoom(double[][] rates)
    {
        for (var host = 0; host < _rooms.Length; host++)
        {
            var scale = Math.Clamp(_rooms[host].Fits(Used(host, rates)), 0, 1);
            for (var i = 0; i < rates.Length; i++)
            {
                if (_tenants[i].IndexOf(host) is { } k)
                {
                    rates[i][k] *= scale;
                }
            }
        }
    }

    private double[] Refill(int i, double[][] rates)
    {
        var tenant = _tenants[i];
        var caps = new double[rates[i].Length];
        for (var k = 0; k < caps.Length; k++)
        {
            var left = _rooms[tenant.Hosts[k]] - Used(tenant.Hosts[k], rates);
            caps[k] = Math.Min(tenant.Caps[k], rates[i][k] + Math.Max(0, left.Fits(tenant.PerUnit[k])));
        }

        return ProportionalShare.Divide(_available[i], tenant.Weights, caps);
    }

    private RoomNeed Used(int host, double[][] rates)
    {
        var used = default(RoomNeed);
        for (var i = 0; i < rates.Length; i++)
        {
            used = _tenants[i].IndexOf(host) is { } k ? used + _tenants[i].PerUnit[k] * rates[i][k] : used;
        }

        return used;
    }
}

/// <summary>What a tenant wants of hosts; the lists go together, by host.</summary>
/// <param name="Tenant">Index of the tenant.</param>
/// <param name="Hosts">Indices of hosts, ascending.</param>
/// <param name="Weights">Demand on each, in the unit of the promise.</param>
/// <param name="Caps">The most that its VMs there can be promised, in the same unit.</param>
/// <param name="PerUnit">What one unit of the promise takes of each host at worst.</param>
internal sealed record TenantClaims(
    int Tenant,
    ImmutableArray<int> Hosts,
    ImmutableArray<double> Weights,
    ImmutableArray<double> Caps,
    ImmutableArray<RoomNeed> PerUnit)
{
    /// <summary>The place of a host in the lists; null where it has none.</summary>
    public int? IndexOf(int host) => Hosts.BinarySearch(host) is var k and >= 0 ? k : null;
}
