using CsCheck;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Tests.Policies;

public sealed class FairPolicyTests
{
    private static readonly Gen<(int Cores, VmClaim[] Claims)> _hosts = Gen.Select(
        Gen.Int[1, 64],
        Gen.Select(Gen.Int[0, 16], Gen.Double[0.01, 100]).Array[0, 12],
        (cores, vms) => (cores, vms.Select((vm, i) => ClaimOf(i, vm.Item1, vm.Item2)).ToArray()));

    [Fact]
    public void Shares_follow_weights() =>
        Assert.Equal([0.25, 0.75], Shares(4, ClaimOf(0, 4, 1), ClaimOf(1, 4, 3)));

    [Fact]
    public void What_a_small_vm_cannot_use_goes_to_the_others_by_weight() =>
        Assert.Equal([0.25, 0.5, 0.25], Shares(4, ClaimOf(0, 1, 10), ClaimOf(1, 4, 2), ClaimOf(2, 4, 1)));

    [Fact]
    public void A_cap_that_only_binds_after_another_one_did_is_found() =>
        Assert.Equal([0.25, 0.5, 0.25], Shares(4, ClaimOf(0, 1, 4), ClaimOf(1, 2, 3), ClaimOf(2, 4, 1)));

    [Fact]
    public void Nobody_there_is_an_empty_plan() => Assert.Empty(new FairPolicy().MakePlan(Host(4), []).Vms);

    [Fact]
    public void A_vm_without_running_vcpus_has_a_weight_and_no_share()
    {
        var plan = new FairPolicy().MakePlan(Host(4), [ClaimOf(0, 0, 5), ClaimOf(1, 8, 1)]);
        Assert.Equal(5, plan.Vms[0].Rate);
        Assert.Null(plan.Vms[0].Share);
        Assert.Equal(1, plan.Vms[1].Share!.Value, 1e-12);
    }

    [Fact]
    public void Shares_are_those_that_bisection_finds() => _hosts.Sample((cores, claims) =>
    {
        var plan = new FairPolicy().MakePlan(Host(cores), claims);
        var level = Level(cores, claims);
        foreach (var claim in claims.Where(t => t.Vcpus > 0))
        {
            Assert.Equal(Math.Min(Capacity(cores, claim), level * claim.Qos.Weight), plan.Vms[claim.Vm].Share!.Value, 1e-9);
        }
    });

    [Fact]
    public void The_whole_host_is_given_away_if_its_vms_can_use_it() => _hosts.Sample((cores, claims) =>
        Assert.Equal(Math.Min(1, claims.Sum(t => Capacity(cores, t))), new FairPolicy()
            .MakePlan(Host(cores), claims).Vms.Sum(t => t.Share ?? 0), 1e-9));

    [Fact]
    public void Shares_are_in_proportion_to_weights_among_those_who_could_use_more() => _hosts.Sample((cores, claims) =>
    {
        var shares = new FairPolicy().MakePlan(Host(cores), claims).Vms.Select(t => t.Share ?? 0).ToArray();
        var perWeight = claims
            .Where(t => t.Vcpus > 0 && shares[t.Vm] < Capacity(cores, t) - 1e-12)
            .Select(t => shares[t.Vm] / t.Qos.Weight).ToList();
        Assert.True(perWeight.Count == 0 || perWeight.Max() <= perWeight.Min() * (1 + 1e-9));
    });

    private static HostCapacity Host(int cores) => new(cores, 1e12);

    private static VmClaim ClaimOf(int vm, int vcpus, double weight) => Lab.Claim(vm, vcpus, weight);

    private static double Capacity(int cores, VmClaim claim) => claim.Vcpus / (double)cores;

    /// <summary>The share per weight at which the host is full, found by halving an interval: another way to the same answer.</summary>
    private static double Level(int cores, VmClaim[] claims)
    {
        var target = Math.Min(1, claims.Sum(t => Capacity(cores, t)));
        var (low, high) = (0d, 1e6);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = claims.Sum(t => Math.Min(Capacity(cores, t), middle * t.Qos.Weight)) < target - 1e-15
                ? (middle, high)
                : (low, middle);
        }

        return high;
    }

    private static double[] Shares(int cores, params VmClaim[] claims)
    {
        var plan = new FairPolicy().MakePlan(Host(cores), claims);
        return [.. claims.Select(t => Math.Round(plan.Vms[t.Vm].Share!.Value, 12))];
    }
}
