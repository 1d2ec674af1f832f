using System.Diagnostics;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Bench.Measuring;

/// <summary>Disks to wear out, without bytes.</summary>
internal static class WearLab
{
    /// <summary>Makes a disk, wears it, and ends it.</summary>
    /// <returns>The trial, and the seconds it took.</returns>
    public static (WearTrial Trial, double Seconds) Run(
        string policy, string parameters, long blocks, WearLoad load, long enduranceWrites, long mostWrites = long.MaxValue)
    {
        using var disk = new BytelessDisk(policy, parameters, blocks);
        var started = Stopwatch.GetTimestamp();
        var trial = WearTrial.Run(disk.Disk, load, enduranceWrites, mostWrites);
        return (trial, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Zipf's law over the blocks, the popular ones strewn.</summary>
    public static WearLoad Zipf(long count, double theta, ulong seed)
    {
        var (ranks, scatter, random) = (new ZipfRanks(count, theta), new BlockScatter(count), new Xoshiro256(seed));
        return blocks =>
        {
            foreach (ref var block in blocks)
            {
                block = scatter.BlockOf(ranks.Next(ref random));
            }
        };
    }
}
