using System.Diagnostics;

namespace Mbsa.Bench.Searching;

/// <summary>Makes a set that breaks something smaller, step by step, as long as it still breaks it.</summary>
internal static class SetShrinker
{
    private const double MuchBytesPerSecond = 1e15;

    /// <summary>The smallest set that was found.</summary>
    /// <param name="set">A set that breaks something.</param>
    /// <param name="breaks">Whether a set still does.</param>
    /// <param name="longest">How long to try, of real time.</param>
    public static DrawnSet Shrink(DrawnSet set, Func<DrawnSet, bool> breaks, TimeSpan longest)
    {
        var watch = Stopwatch.StartNew();
        while (Smaller(set).TakeWhile(_ => watch.Elapsed < longest).FirstOrDefault(breaks) is { } smaller)
        {
            set = smaller;
        }

        return set;
    }

    /// <summary>Every set that is one step smaller, the largest steps first.</summary>
    private static IEnumerable<DrawnSet> Smaller(DrawnSet set)
    {
        for (var i = 0; i < set.Vms.Count && set.Vms.Count > 1; i++)
        {
            yield return set with { Vms = [.. set.Vms.Where((_, at) => at != i)] };
        }

        for (var i = 0; i < set.Vms.Count; i++)
        {
            foreach (var vm in Smaller(set.Vms[i]))
            {
                yield return set with { Vms = [.. set.Vms.Select((old, at) => at == i ? vm : old)] };
            }
        }

        if (set.QuantumNs != 25_000)
        {
            yield return set with { QuantumNs = 25_000 };
        }

        if (set.Host is FreeHost { NsPerByte: > 0 } dearBytes)
        {
            yield return set with { Host = dearBytes with { NsPerByte = 0 } };
        }

        if (set.Host is FreeHost { BusBytesPerSecond: < MuchBytesPerSecond } slowBus)
        {
            yield return set with { Host = slowBus with { BusBytesPerSecond = MuchBytesPerSecond } };
        }
    }

    private static IEnumerable<DrawnVm> Smaller(DrawnVm vm)
    {
        for (var i = 0; i < vm.Jobs.Count && vm.Jobs.Count > 1; i++)
        {
            yield return vm with { Jobs = [.. vm.Jobs.Where((_, at) => at != i)] };
        }

        if (vm.ComesAtMs is not null || vm.GoesAtMs is not null)
        {
            yield return vm with { ComesAtMs = null, GoesAtMs = null };
        }

        if (vm.Limit is not null)
        {
            yield return vm with { Limit = null };
        }

        if (vm.Floor > 0)
        {
            yield return vm with { Floor = 0 };
        }

        if (vm.Weight != 1)
        {
            yield return vm with { Weight = 1 };
        }

        for (var i = 0; i < vm.Jobs.Count; i++)
        {
            foreach (var job in Smaller(vm.Jobs[i]))
            {
                yield return vm with { Jobs = [.. vm.Jobs.Select((old, at) => at == i ? job : old)] };
            }
        }
    }

    private static IEnumerable<DrawnJob> Smaller(DrawnJob job)
    {
        if (job.ThinkNs > 0)
        {
            yield return job with { ThinkNs = 0, ThinkBlocks = 1 };
        }

        if (job.ReadPercent is > 0 and < 100)
        {
            yield return job with { ReadPercent = 0 };
            yield return job with { ReadPercent = 100 };
        }

        if (!job.IsComputing && job.BlockBytes != 4096)
        {
            yield return job with { BlockBytes = 4096 };
        }

        if (job.Clones > 1)
        {
            yield return job with { Clones = 1 };
            yield return job with { Clones = job.Clones - 1 };
        }
    }
}
