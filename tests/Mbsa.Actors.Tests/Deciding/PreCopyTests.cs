using Mbsa.Actors.Deciding;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>A byte a nanosecond, a latency of 10 ns, stopped when the rest takes no more than 1000 ns, after 8 rounds at most.</summary>
public sealed class PreCopyTests
{
    private static readonly ClusterSpec _cluster = new()
    {
        Hosts = [],
        Network = new NetworkSpec(1e9, 10),
        Migration = new MigrationSpec { DowntimeNs = 1000, MaxRounds = 8 },
    };

    private readonly PreCopy _course = new(3, 1, 2, _cluster, nowNs: 5000, measuredFromNs: 2000);
    private long _nowNs = 5000;

    [Fact]
    public void It_is_stopped_when_the_rest_is_expected_to_take_no_longer_than_it_may_stand_still()
    {
        Assert.False(Round(100_000, left: 10_000));
        Assert.False(Round(10_000, left: 991)); // with the latency 1001 ns
        Assert.True(Round(991, left: 990));
    }

    [Fact]
    public void On_a_busy_network_the_rest_takes_longer_and_so_the_vm_is_stopped_later()
    {
        Assert.False(Round(10_000, left: 990, bytesPerNs: 0.5));
        Assert.False(Round(990, left: 496, bytesPerNs: 0.5));
        Assert.True(Round(496, left: 495, bytesPerNs: 0.5));
    }

    [Fact]
    public void It_is_stopped_after_the_last_round_it_may_have()
    {
        for (var round = 1; round < 8; round++)
        {
            Assert.False(Round(1_000_000, left: 1_000_000 - round));
        }

        Assert.True(Round(1_000_000, left: 900_000));
    }

    [Fact]
    public void It_is_stopped_when_the_rest_was_not_less_than_ever_before_for_three_rounds()
    {
        Assert.False(Round(1_000_000, left: 20_000));
        Assert.False(Round(20_000, left: 20_000));
        Assert.False(Round(20_000, left: 30_000));
        Assert.True(Round(30_000, left: 25_000));
    }

    [Fact]
    public void A_rest_that_is_less_than_ever_before_gives_it_another_three()
    {
        foreach (var left in (long[])[20_000, 20_000, 30_000, 19_999, 25_000, 30_000])
        {
            Assert.False(Round(20_000, left));
        }

        Assert.True(Round(20_000, left: 19_999));
    }

    [Fact]
    public void A_vm_that_writes_nothing_is_stopped_after_one_round_and_so_is_one_without_a_disk()
    {
        Assert.True(Round(100_000, left: 0));
        Assert.True(new PreCopy(3, 1, 2, _cluster, 0, 0).EndRound(10, 0, 0));
    }

    [Fact]
    public void The_result_has_rounds_bytes_total_and_downtime()
    {
        Round(100_000, left: 10_000); // 5000 to 105,010
        Round(10_000, left: 500); // to 115,020
        _course.Stop(_nowNs);
        Assert.True(_course.IsStopped);
        Assert.Equal(200, _course.Now(_nowNs + 200).DowntimeNs);
        var result = _course.End(_nowNs + 700, 500);
        Assert.Equal(
            new MigrationResult
            {
                Vm =
                3,
                From = 1,
                To = 2,
                StartNs = 3000,
                TotalNs = 110_720,
                DowntimeNs = 700,
                Rounds = 3,
                Bytes = 110_500,
                IsDone = true
            },
            result);
    }

    [Fact]
    public void A_cancelled_one_says_why_and_what_it_took()
    {
        Round(100_000, left: 10_000);
        var result = _course.Cancel(_nowNs + 5000, "host h2 was lost", bytesSent: 4990);
        Assert.Equal(
            new MigrationResult
            {
                Vm =
                3,
                From = 1,
                To = 2,
                StartNs = 3000,
                TotalNs = 105_010,
                Rounds = 1,
                Bytes = 104_990,
                WhyCancelled = "host h2 was lost"
            },
            result);
    }

    private bool Round(long sent, long left, double bytesPerNs = 1)
    {
        _nowNs += (long)(sent / bytesPerNs) + 10;
        return _course.EndRound(_nowNs, sent, left);
    }
}
