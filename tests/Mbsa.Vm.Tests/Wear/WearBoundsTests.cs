using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Wear;

/// <summary>What WEAR promises of due-time, on any load.</summary>
public sealed class WearBoundsTests
{
    private const int Blocks = 256;

    // Slack and stay must be small against a life: rather few blocks than a short one.
    private const int SmallDisk = 112;
    private const long Endurance = 100_000;

    public static TheoryData<string, uint> Loads
    {
        get;
    } = Combine(["one", "two", "zipf", "uniform", "sequential", "bursts", "chase"], [16, 128]);

    [Theory]
    [MemberData(nameof(Loads))]
    public void Extra_writes_are_at_most_one_in_q(string load, uint q)
    {
        foreach (var t in new uint[] { 1, 64 })
        {
            foreach (var atomic in new[] { "", " atomic" })
            {
                using var wear = new WearDisk("due-time", $"q={q} t={t}{atomic}", Blocks, new MountOptions { CopiesBytes = false });
                using var session = wear.Disk.OpenSession();
                var next = Load(load, wear.Disk);
                const int writes = 100_000;
                for (var i = 0; i < writes; i++)
                {
                    session.WriteNothing(next(i) * 4096L, 4096);
                }

                var summary = wear.Disk.SummariseWear();
                Assert.Equal(writes, summary.Writes - summary.ExtraWrites);
                Assert.InRange(summary.ExtraWrites, 0, writes / q);
            }
        }
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 64)]
    [InlineData(128, 64)]
    [InlineData(128, 1)]
    [InlineData(1000, 200)]
    public void One_hot_block_never_leaves_the_mean_by_more_than_slack_and_stay(uint q, uint t)
    {
        using var wear = new WearDisk("due-time", $"q={q} t={t}", Blocks, new MountOptions { CopiesBytes = false });
        using var session = wear.Disk.OpenSession();
        for (var i = 0; i < 4000; i++)
        {
            for (var j = 0; j < 97; j++)
            {
                session.WriteNothing(5 * 4096, 4096);
            }

            // The first stay of all is Q long, whatever the slack.
            var summary = wear.Disk.SummariseWear();
            Assert.True(summary.Max - summary.Mean <= Math.Max(q, t + q / 4.0) + 1, $"after {i}: {summary.Max} against {summary.Mean}");
        }
    }

    [Theory]
    [InlineData("Figure 8")]
    [InlineData("zipf")]
    [InlineData("one")]
    public void A_disk_lives_99_percent_of_its_ideal_life(string load)
    {
        using var wear = new WearDisk("due-time", "", SmallDisk, new MountOptions { CopiesBytes = false, CountMetadataWear = true });

        var trial = WearTrial.Run(wear.Disk, Load(load, SmallDisk), Endurance);

        Assert.InRange(trial.LifeOfIdeal, 0.99, 1);
        Assert.InRange(trial.ExtraShare, 0, 1 / 128.0);
        Assert.InRange(trial.Wear.CoefficientOfVariation, 0, 0.01);
        Assert.InRange(trial.MetadataShare, 0.001, 1);
        Assert.Equal(trial.MetadataWrites,
            new[] { wear.Disk.MetadataWear!.WorstOfLog, wear.Disk.MetadataWear.WorstOfCounts, wear.Disk.MetadataWear.WorstOfVdmt }.Max());
    }

    [Theory]
    [InlineData("Figure 8")]
    [InlineData("zipf")]
    [InlineData("one")]
    public void With_atomic_writes_no_metadata_wear_faster_than_data_either(string load)
    {
        using var wear = new WearDisk("due-time", "q=16 t=8 atomic", SmallDisk, new MountOptions
        {
            CopiesBytes = false,
            CountMetadataWear = true,
        });

        var trial = WearTrial.Run(wear.Disk, Load(load, SmallDisk), 4000);

        Assert.InRange(trial.LifeOfIdeal, 0.9, 1);
        Assert.InRange(trial.ExtraShare, 0, 1 / 16.0);
        Assert.InRange(trial.MetadataShare, 0.5, 1);
    }

    [Theory]
    [InlineData("threshold", 0.95)]
    [InlineData("start-gap", 0.6)]
    [InlineData("none", 0.3)]
    public void The_other_policies_even_out_Figure_8_less_and_wear_no_metadata_faster_than_data(string policy, double least)
    {
        using var wear = new WearDisk(policy, "", SmallDisk, new MountOptions { CopiesBytes = false, CountMetadataWear = true });

        var trial = WearTrial.Run(wear.Disk, Load("Figure 8", SmallDisk), Endurance / 5);

        Assert.InRange(trial.LifeOfIdeal, least, 0.985);
        Assert.InRange(trial.ExtraShare, 0, 2 / 62.0);
        Assert.InRange(trial.MetadataShare, 0, 1);
    }

    [Fact]
    public void A_higher_threshold_swaps_less_and_is_less_even()
    {
        WearTrial Run(int threshold)
        {
            using var wear = new WearDisk("threshold", $"threshold={threshold}", 512, new MountOptions { CopiesBytes = false });
            return WearTrial.Run(wear.Disk, Load("Figure 8", 512), 4000);
        }

        var trials = new[] { 1, 2, 4, 8, 16 }.Select(Run).ToArray();
        Assert.Equal(trials.Select(trial => trial.ExtraShare).OrderDescending(), trials.Select(trial => trial.ExtraShare));
        Assert.Equal(trials.Select(trial => trial.Wear.CoefficientOfVariation)
            .Order(), trials.Select(trial => trial.Wear.CoefficientOfVariation));
    }

    [Fact]
    public void A_pass_of_Figure_8_writes_each_region_for_its_minutes()
    {
        var load = new PaperWearLoad(80, 180_000, 1);
        var regions = new int[8];
        var blocks = new long[1000];
        for (var i = 0; i < 360; i++)
        {
            load.Draw(blocks);
            Array.ForEach(blocks, block => regions[block / 10]++);
        }

        Assert.Equal(PaperWearLoad.Minutes.ToArray().Select(minutes => minutes * 2000), regions);
        Assert.Equal(PaperWearLoad.TotalMinutes, PaperWearLoad.Minutes.ToArray().Sum());
    }

    private static WearLoad Load(string load, int count)
    {
        var (ranks, random) = (new ZipfRanks(count, 0.99), new Xoshiro256(1));
        return load switch
        {
            "Figure 8" => new PaperWearLoad(count, 1000L * count, 1).Draw,
            "zipf" => blocks =>
            {
                foreach (ref var block in blocks)
                {
                    block = ranks.Next(ref random);
                }
            }
            ,
            _ => blocks => blocks.Clear(),
        };
    }

    private static Func<int, long> Load(string load, VirtualDisk disk)
    {
        var random = new Xoshiro256(3);
        var ranks = new ZipfRanks(Blocks, 1.2);
        return load switch
        {
            "one" => _ => 7,
            "two" => i => i & 1,
            "zipf" => _ => ranks.Next(ref random),
            "uniform" => _ => random.Below(Blocks),
            "sequential" => i => i % Blocks,
            "bursts" => i => i / 1000 * 37 % Blocks,
            // The worst a guest can do who knows the map: to write whatever is in the most written block.
            "chase" => i => i % 50 == 0 ? Chase(disk) : _chased,
            _ => throw new ArgumentOutOfRangeException(nameof(load)),
        };
    }

    [ThreadStatic]
    private static long _chased;

    private static long Chase(VirtualDisk disk)
    {
        var counts = disk.CountWear().Writes;
        return _chased = Enumerable.Range(0, Blocks).MaxBy(logical => counts[disk.Map[logical]]);
    }

    private static TheoryData<string, uint> Combine(string[] loads, uint[] stays)
    {
        var data = new TheoryData<string, uint>();
        foreach (var load in loads)
        {
            foreach (var q in stays)
            {
                data.Add(load, q);
            }
        }

        return data;
    }
}
