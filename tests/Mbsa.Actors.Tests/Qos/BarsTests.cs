using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>The bars of docs/QOS.md, held by the default policy under the virtual clock.</summary>
public sealed class BarsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Jains_index_of_equals_is_at_least_0999_in_each_10_ms(bool writes)
    {
        var vms = QosLab.Many(8, i => writes ? QosLab.Writer($"vm-{i}", vcpus: 1 + i % 4) : QosLab.Reader($"vm-{i}", vcpus: 1 + i % 4));
        var run = await QosLab.Host(vms).For(200, 20, 10).RunAsync();
        Assert.All(run.Windows, w =>
            Assert.True(QosLab.Jain([.. w.Operations.Select(n => (double)n)]) >= 0.999, string.Join(" ", w.Operations)));
    }

    [Fact]
    public async Task Weights_hold_within_1_percent_in_each_100_ms_also_for_who_joins_late()
    {
        var scenario = QosLab.Host(QosLab.Reader("one"), QosLab.Reader("two", weight: 2),
            QosLab.Reader("late", weight: 4).Late()).For(800, 20, 100)
            .At(300 * Lab.Millisecond, "late", new VmChange.Start());
        var run = await scenario.RunAsync();
        var (one, two, late) = (run.Series("one"), run.Series("two"), run.Series("late"));
        for (var window = 0; window < one.Length; window++)
        {
            QosLab.Near(2, two[window] / (double)one[window], 0.01, $"two in window {window}");
            if (window >= 3)
            {
                QosLab.Near(4, late[window] / (double)one[window], 0.01, $"late in window {window}");
            }
        }
    }

    [Theory]
    [InlineData(PromiseUnit.Share, 0.4)]
    [InlineData(PromiseUnit.OperationsPerSecond, 300_000)]
    [InlineData(PromiseUnit.BytesPerSecond, 0.8e9)]
    public async Task A_reservation_is_not_missed_in_any_backlogged_100_ms(PromiseUnit unit, double value)
    {
        VmSpec[] others = [.. QosLab.Many(4, i => QosLab.Writer($"writer-{i}").Weight(5)),
            .. QosLab.Many(3, i => Lab.Hog($"hog-{i}").Weight(5))];
        var run = await QosLab.Host([QosLab.Reader("reserved").Reserved(unit, value), .. others]).For(1000, 20).RunAsync();
        Assert.True(run.Of("reserved").Use.ReservationWindows >= 9);
        Assert.Equal(0, run.Of("reserved").Use.ReservationMisses);
    }

    [Theory]
    [InlineData(PromiseUnit.Share, 0.3, 0.3e6)]
    [InlineData(PromiseUnit.OperationsPerSecond, 400_000, 400_000)]
    [InlineData(PromiseUnit.OperationsPerSecond, 20_000, 20_000)]
    [InlineData(PromiseUnit.BytesPerSecond, 409.6e6, 100_000)]
    public async Task A_ceiling_is_kept_within_1_percent_in_each_10_ms_and_reached(PromiseUnit unit,
        double value, double operationsPerSecond)
    {
        var run = await QosLab.Host(QosLab.Reader("limited", vcpus: 2).Limited(unit, value), QosLab.Writer("writer"), Lab.Hog("hog", 2))
            .For(300, 20, 10).RunAsync();
        Assert.All(run.Series("limited"), n => Assert.True(n <= operationsPerSecond / 100 * 1.01 + 1, $"{n} in 10 ms"));
        QosLab.Near(operationsPerSecond, run.OperationsPerSecond("limited"), 0.01);
    }

    [Theory]
    [InlineData("join")]
    [InlineData("leave")]
    [InlineData("change")]
    public async Task Whatever_happens_the_second_10_ms_are_right_within_2_percent(string what)
    {
        var (vm, change, before, after) = what switch
        {
            "join" => ("c", (VmChange)new VmChange.Start(), 0.5, 1 / 3.0),
            "leave" => ("b", new VmChange.Stop(), 0.5, 1.0),
            _ => ("b", new VmChange.SetQos(new QosSpec { Weight = 3 }), 0.5, 0.25),
        };
        var scenario = QosLab.CoresOnly(2e6, QosLab.Reader("a"), QosLab.Reader("b"), QosLab.Reader("c").Late()).For(200, 20, 10)
            .At(100 * Lab.Millisecond, vm, change);
        var series = (await scenario.RunAsync()).Series("a");
        Assert.All(series[..10], n => QosLab.Near(before * 20_000, n, 0.02, "before"));
        Assert.All(series[11..], n => QosLab.Near(after * 20_000, n, 0.02, "after"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_resource_that_is_short_is_used_to_98_percent(int mix)
    {
        VmSpec[] vms = mix switch
        {
            0 => [QosLab.Reader("r"), QosLab.Writer("w")],
            1 => [QosLab.Reader("r"), QosLab.Writer("w"), Lab.Hog("h")],
            2 => [QosLab.Writer("w", vcpus: 1), .. QosLab.Many(6, i => Lab.Hog($"h-{i}", 2))],
            _ => [.. QosLab.Many(4, i => QosLab.Mixed($"m-{i}", 20 * (i + 1))), Lab.Hog("h", 1)],
        };
        var run = await QosLab.Host(vms).For(200, 20).RunAsync();
        Assert.True(Math.Max(run.Utilisation.Cpu, run.Utilisation.Nvm) >= 0.98, run.Utilisation.ToString());
    }

    [Fact]
    public async Task The_p99_of_a_batch_of_64_under_7_antagonists_is_at_most_12_times_that_alone()
    {
        var urgent = QosLab.Batches("urgent", 64, 1_000_000).Reserved(PromiseUnit.Share, 0.2).Urgent(1_000_000);
        VmSpec[] antagonists = [.. QosLab.Many(4, i => QosLab.Writer($"writer-{i}")), .. QosLab.Many(3, i => Lab.Hog($"hog-{i}"))];
        var alone = (await QosLab.Host(urgent).For(300, 20).RunAsync()).Of("urgent").BatchNs!;
        var beside = (await QosLab.Host([urgent, .. antagonists]).For(300, 20).RunAsync()).Of("urgent").BatchNs!;
        var without = (await QosLab.Host([urgent, .. antagonists]).Under("none").For(300, 20).RunAsync()).Of("urgent").BatchNs!;
        Assert.True(beside.P99 <= 1.2 * alone.P99, $"{beside.P99} against {alone.P99}");
        Assert.True(without.P99 > 2 * alone.P99, $"{without.P99} against {alone.P99}");
    }
}
