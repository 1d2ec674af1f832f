using CsCheck;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Tests.Policies;

public sealed class FairPolicyTests
{
    private static readonly Gen<(int Cores, Tenant[] Tenants)> _hosts = Gen.Select(
        Gen.Int[1, 64],
        Gen.Select(Gen.Int[0, 16], Gen.Double[0.01, 100]).Array[0, 12],
        (cores, vms) => (cores, vms.Select((vm, i) => TenantOf(i, vm.Item1, vm.Item2)).ToArray()));

    [Fact]
    public void Shares_follow_weights() =>
        Assert.Equal([0.25, 0.75], Shares(4, TenantOf(0, 4, 1), TenantOf(1, 4, 3)));

    [Fact]
    public void What_a_small_vm_cannot_use_goes_to_the_others_by_weight() =>
        Assert.Equal([0.25, 0.5, 0.25], Shares(4, TenantOf(0, 1, 10), TenantOf(1, 4, 2), TenantOf(2, 4, 1)));

    [Fact]
    public void A_cap_that_only_binds_after_another_one_did_is_found() =>
        Assert.Equal([0.25, 0.5, 0.25], Shares(4, TenantOf(0, 1, 4), TenantOf(1, 2, 3), TenantOf(2, 4, 1)));

    [Fact]
    public void Nobody_there_is_an_empty_plan() => Assert.Empty(new FairPolicy().MakePlan(Host(4), []).Tenants);

    [Fact]
    public void A_vm_without_running_vcpus_has_a_weight_and_no_share()
    {
        var plan = new FairPolicy().MakePlan(Host(4), [TenantOf(0, 0, 5), TenantOf(1, 8, 1)]);
        Assert.Equal(5, plan.Tenants[0].Rate);
        Assert.Null(plan.Tenants[0].Share);
        Assert.Equal(1, plan.Tenants[1].Share!.Value, 1e-12);
    }

    [Fact]
    public void Shares_are_those_that_bisection_finds() => _hosts.Sample((cores, tenants) =>
    {
        var plan = new FairPolicy().MakePlan(Host(cores), tenants);
        var level = Level(cores, tenants);
        foreach (var tenant in tenants.Where(t => t.Vcpus > 0))
        {
            Assert.Equal(Math.Min(Capacity(cores, tenant), level * tenant.Qos.Weight), plan.Tenants[tenant.Vm].Share!.Value, 1e-9);
        }
    });

    [Fact]
    public void The_whole_host_is_given_away_if_its_vms_can_use_it() => _hosts.Sample((cores, tenants) =>
        Assert.Equal(Math.Min(1, tenants.Sum(t => Capacity(cores, t))), new FairPolicy()
            .MakePlan(Host(cores), tenants).Tenants.Sum(t => t.Share ?? 0), 1e-9));

    [Fact]
    public void Shares_are_in_proportion_to_weights_among_those_who_could_use_more() => _hosts.Sample((cores, tenants) =>
    {
        var shares = new FairPolicy().MakePlan(Host(cores), tenants).Tenants.Select(t => t.Share ?? 0).ToArray();
        var perWeight = tenants
            .Where(t => t.Vcpus > 0 && shares[t.Vm] < Capacity(cores, t) - 1e-12)
            .Select(t => shares[t.Vm] / t.Qos.Weight).ToList();
        Assert.True(perWeight.Count == 0 || perWeight.Max() <= perWeight.Min() * (1 + 1e-9));
    });

    private static HostCapacity Host(int cores) => new(cores, 1e12);

    private static Tenant TenantOf(int vm, int vcpus, double weight) => Lab.Tenant(vm, vcpus, weight);

    private static double Capacity(int cores, Tenant tenant) => tenant.Vcpus / (double)cores;

    /// <summary>The share per weight at which the host is full, found by halving an interval: another way to the same answer.</summary>
    private static double Level(int cores, Tenant[] tenants)
    {
        var target = Math.Min(1, tenants.Sum(t => Capacity(cores, t)));
        var (low, high) = (0d, 1e6);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = tenants.Sum(t => Math.Min(Capacity(cores, t), middle * t.Qos.Weight)) < target - 1e-15
                ? (middle, high)
                : (low, middle);
        }

        return high;
    }

    private static double[] Shares(int cores, params Tenant[] tenants)
    {
        var plan = new FairPolicy().MakePlan(Host(cores), tenants);
        return [.. tenants.Select(t => Math.Round(plan.Tenants[t.Vm].Share!.Value, 12))];
    }
}
