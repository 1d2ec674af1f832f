using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>The traps of docs/QOS.md: the default policy does not fall into them, and some other does.</summary>
public sealed class TrapsTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.24)]
    [InlineData(0.249)]
    public async Task Limit_just_below_what_a_vm_would_have_anyway_is_reached(double limit)
    {
        var run = await QosLab.CoresOnly(2e6, [QosLab.Reader("limited").Limited(PromiseUnit.Share, limit),
            .. QosLab.Many(3, i => QosLab.Reader($"busy-{i}"))]).For(300, 20, 50).RunAsync();
        Assert.All(run.Series("limited"), operations => Assert.InRange(operations, 0.99 * limit * 2e6 * 0.05, 1.01 * limit * 2e6 * 0.05));
    }

    [Fact]
    public async Task Nothing_is_hoarded_while_idle()
    {
        var sleeper = QosLab.Reader("sleeper") with
        { Jobs = [QosLab.Reader("sleeper").Jobs[0] with { StartDelayNs = 100 * Lab.Millisecond }] };
        var run = await QosLab.CoresOnly(2e6, sleeper, QosLab.Reader("busy")).For(200, 0, 10).RunAsync();
        QosLab.Near(20_000, run.Series("busy")[8], 0.01);
        Assert.All(run.Series("busy")[11..], n => QosLab.Near(10_000, n, 0.02));
    }

    [Fact]
    public async Task Nothing_is_hoarded_while_limited()
    {
        var scenario = QosLab.CoresOnly(2e6, QosLab.Reader("limited")
            .Limited(PromiseUnit.Share, 0.1), QosLab.Reader("busy")).For(300, 20, 10)
            .At(150 * Lab.Millisecond, "limited", new VmChange.SetQos(new QosSpec()));
        var run = await scenario.RunAsync();
        Assert.All(run.Series("limited")[..15], n => QosLab.Near(2000, n, 0.02));
        Assert.All(run.Series("limited")[16..], n => QosLab.Near(10_000, n, 0.02));
    }

    [Fact]
    public async Task A_bucket_of_100_ms_lets_a_vm_burst_far_over_its_ceiling_and_plan_does_not()
    {
        var vm = QosLab.Reader("limited").Limited(PromiseUnit.OperationsPerSecond, 100_000);
        var scenario = QosLab.CoresOnly(2e6, vm).For(100, 0, 10);
        Assert.True((await scenario.Under("cap").RunAsync()).Series("limited")[0] > 5 * 1000);
        Assert.All((await scenario.RunAsync()).Series("limited"), n => Assert.True(n <= 1010 + 13, $"{n}"));
    }

    [Fact]
    public async Task More_vcpus_are_not_a_larger_share()
    {
        var scenario = QosLab.CoresOnly(2e6, QosLab.Reader("small", vcpus: 4), QosLab.Reader("large", vcpus: 16)).For(100, 20);
        Assert.Equal(1, await RatioAsync(scenario, "large", "small"), 0.01);
        Assert.Equal(4, await RatioAsync(scenario.Under("none"), "large", "small"), 0.1);
    }

    [Fact]
    public async Task Short_bursts_with_pauses_between_them_are_no_way_to_more()
    {
        var bursty = Lab.Vm("bursty") with
        { Jobs = [Lab.Job(Mbsa.Vm.Workload.IoPattern.RandRead, 4) with { ThinkTimeNs = 50_000, ThinkTimeBlocks = 50 }] };
        var run = await QosLab.CoresOnly(2e6, bursty, QosLab.Reader("steady-1"), QosLab.Reader("steady-2")).For(200, 20, 10).RunAsync();
        Assert.True(run.OperationsPerSecond("bursty") <= 1.01 * run.OperationsPerSecond("steady-1"));
        Assert.All(run.Windows, w => QosLab.Near(1, w.Operations[1] / (double)w.Operations[2], 0.02, "steady"));
    }

    [Fact]
    public async Task The_writers_of_a_vm_have_their_turns_beside_what_it_computes()
    {
        var mixed = QosLab.Writer("mixed", vcpus: 8) with
        { Jobs = [Lab.Job(Mbsa.Vm.Workload.IoPattern.RandWrite, 4), Lab.Hog("hog", vcpus: 4).Jobs[0]] };

        var run = await QosLab.Host(mixed, Lab.Hog("hog", vcpus: 8)).For(100, 20).RunAsync();

        Assert.True(run.OperationsPerSecond("mixed") > 0.4 * 1e6 / 3);
        QosLab.Near(run.Vms[0].DominantShare(run.MeasuredNs), run.Vms[1].DominantShare(run.MeasuredNs), 0.02);
    }

    [Fact]
    public async Task Large_writes_do_not_come_back_beside_the_latency_class()
    {
        // A read takes half of the NVM while it lasts: with a writer beside it is as fast as alone, with three it is not.
        var urgent = QosLab.Batches("urgent", 64, 500_000).Reserved(PromiseUnit.Share, 0.3).Urgent(20 * Lab.Millisecond);
        var large = QosLab.Many(3, i => Lab.Vm($"large-{i}", Mbsa.Vm.Workload.IoPattern.RandWrite, 4, sizeBytes: 32 << 20) with
        { Jobs = [Lab.Job(Mbsa.Vm.Workload.IoPattern.RandWrite, 4) with { ReadBlockBytes = 32 << 20, WriteBlockBytes = 32 << 20 }] });

        var alone = await QosLab.Host(urgent).For(100, 20).RunAsync();
        var beside = await QosLab.Host([urgent, .. large]).For(100, 20).RunAsync();

        Assert.True(beside.Vms[0].BatchNs!.P99 <= 1.05 * alone.Vms[0].BatchNs!.P99);
    }

    [Fact]
    public async Task A_writer_does_not_pay_like_a_reader()
    {
        var scenario = QosLab.Host(QosLab.Reader("reader"), QosLab.Writer("writer")).For(100, 20);
        Assert.Equal(3, await RatioAsync(scenario, "reader", "writer"), 0.03);
        Assert.Equal(1, await RatioAsync(scenario.Under("mclock"), "reader", "writer"), 0.03);
    }

    [Fact]
    public async Task Nobody_eats_the_next_period_of_another_every_millisecond_is_fair()
    {
        var run = await QosLab.CoresOnly(2e6, QosLab.Many(4, i => QosLab.Reader($"vm-{i}"))).For(100, 20, 1).RunAsync();
        Assert.All(run.Windows, w =>
            Assert.True(QosLab.Jain([.. w.Operations.Select(n => (double)n)]) >= 0.99, string.Join(" ", w.Operations)));
    }

    [Fact]
    public async Task Fairness_is_not_only_in_the_mean()
    {
        var run = await QosLab.Host([.. QosLab.Many(3, i => QosLab.Reader($"reader-{i}")),
            .. QosLab.Many(3, i => QosLab.Writer($"writer-{i}"))]).For(200, 20, 10).RunAsync();
        Assert.All(run.Windows, w =>
            Assert.True(QosLab.Jain([.. w.Operations.Select((n, i) => n * (i < 3 ? 1.0 : 3))]) >= 0.999, string.Join(" ", w.Operations)));
    }

    private static async Task<double> RatioAsync(ScenarioSpec scenario, string a, string b)
    {
        var run = await scenario.RunAsync();
        return run.OperationsPerSecond(a) / run.OperationsPerSecond(b);
    }
}
