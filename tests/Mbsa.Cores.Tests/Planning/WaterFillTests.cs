using CsCheck;
using Mbsa.Bench.Searching;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Planning;

/// <summary>The plan alone: exactly what the formula of docs/QOS.md gives.</summary>
public sealed class WaterFillTests
{
    private static readonly HostCapacity _host = new(4, 1e12);
    private static readonly ResourceUse _read = new(500, 0, 1000), _write = new(750, 0, 3000), _compute = new(1000, 0, 0);

    [Fact]
    public void Equal_weights_have_equal_dominant_shares() => Gives([0.5, 0.5], Vm(0, _read), Vm(1, _write));

    [Fact]
    public void Who_computes_much_and_who_writes_much_have_two_thirds_of_what_each_uses_most() =>
        Gives([2 / 3.0, 2 / 3.0], Vm(0, new ResourceUse(2000, 0, 1000)), Vm(1, _write));

    [Theory]
    [InlineData(875, 250, 250, 375)]
    [InlineData(1200, 250, 380, 570)]
    [InlineData(3000, 2000 / 3.0, 4000 / 3.0, 1000)]
    public void The_classic_three(double capacity, double first, double second, double third) => Gives(
        [first / capacity, second / capacity, third / capacity],
        Vm(0, _compute, floor: 250 / capacity),
        Vm(1, _compute, weight: 2, floor: 250 / capacity),
        Vm(2, _compute, weight: 3, limit: 1000 / capacity));

    [Fact]
    public void What_one_does_not_want_goes_to_the_others() =>
        Gives([0.1, 0.45, 0.45], Vm(0, _compute) with { DemandShare = 0.1 }, Vm(1, _compute), Vm(2, _compute));

    [Fact]
    public void A_vm_has_no_more_than_its_vcpus_can_use() =>
        Gives([0.25, 0.75], Vm(0, _compute, weight: 9) with { Vcpus = 1 }, Vm(1, _compute));

    [Fact]
    public void Who_does_not_use_what_is_full_goes_on_rising() => Gives([0.5, 0.5, 0.625], Vm(0, _read), Vm(1, _write), Vm(2, _compute));

    [Fact]
    public void Floors_that_do_not_fit_together_shrink_alike() =>
        Gives([0.4, 0.6], Vm(0, _compute, floor: 0.6), Vm(1, _compute, floor: 0.9));

    [Fact]
    public void Who_hardly_uses_what_is_full_goes_on_rising() =>
        Gives([1, 45 / 56.0], Vm(0, new ResourceUse(11, 0, 56), weight: 2.7) with
        { DemandShare = 1 }, Vm(1, new ResourceUse(1, 0, 6e-14), weight: 2));

    [Fact]
    public void Random_sets_have_the_shares_that_halving_an_interval_finds() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Double[0.1, 10],
            Gen.Double[0, 0.12], Gen.Double[0.1, 2]).Array[1, 8].Sample(vms =>
        {
            VmClaim[] claims = [.. vms.Select((v, i) => Vm(i, new ResourceUse(v.Item1 + 1, v.Item2, v.Item3), v.Item4, v.Item5, v.Item6))];
            var optimum = Optimum.Shares([.. vms.Select(v =>
            {
                double[] cost = [v.Item1 + 1, v.Item2, v.Item3];
                var cap = Math.Min(v.Item6, cost.Max() / cost[0]);
                return new Claim([.. cost.Select(ns => ns / cost.Max())], v.Item4, Math.Min(cap, v.Item5), cap);
            })]);
            var shares = WaterFill.Divide(_host, claims).Shares;
            for (var i = 0; i < vms.Length; i++)
            {
                Assert.Equal(optimum[i], shares[i], 1e-6);
            }
        }, iter: 1000);

    [Fact]
    public void A_thousand_vms_are_divided_and_nothing_is_overbooked()
    {
        var random = new Random(1);
        VmClaim[] claims = [.. Enumerable.Range(0, 1000)
            .Select(i => Vm(i, new ResourceUse(random.Next(1, 1000), 0, random.Next(1, 1000)), 1 + random.NextDouble()))];
        var shares = WaterFill.Divide(_host, claims).Shares;
        foreach (var resource in new[] { Resource.Cores, Resource.Nvm })
        {
            Assert.True(claims.Select((t, i) => shares[i] * t.Mix.Relative(resource)).Sum() <= 1 + 1e-9);
        }
    }

    private static void Gives(double[] shares, params VmClaim[] claims)
    {
        var filled = WaterFill.Divide(_host, claims).Shares;
        for (var i = 0; i < shares.Length; i++)
        {
            Assert.Equal(shares[i], filled[i], 1e-12);
        }
    }

    private static VmClaim Vm(int vm, ResourceUse use, double weight = 1, double floor = 0, double limit = double.PositiveInfinity) => new(
        vm,
        4,
        new QosSpec
        {
            Weight = weight,
            Reservation = floor > 0 ? new Promise(PromiseUnit.Share, floor) : null,
            Limit = double.IsFinite(limit) ? new Promise(PromiseUnit.Share, limit) : null,
        },
        new OperationMix(use, 4096));
}
