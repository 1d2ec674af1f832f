using Mbsa.Model.Scenario;

namespace Mbsa.Bench.Searching;

/// <summary>What the VMs of a set claim: by the figures that were drawn, before anything is run, and by what a run measured.</summary>
internal static class SetClaims
{
    /// <summary>What a VM will claim, as far as that can be told beforehand; pauses are not seen.</summary>
    public static Claim Declared(DrawnSet set, DrawnVm vm)
    {
        var sum = new double[3];
        foreach (var (costNs, part) in Kinds(set, vm))
        {
            for (var r = 0; r < 3; r++)
            {
                // VCPUs take turns in time, so what each does in a nanosecond of its core counts.
                sum[r] += costNs[r] / costNs[0] * part;
            }
        }

        var most = sum.Max();
        return Of(set, vm, [.. sum.Select(use => use / most)], double.PositiveInfinity);
    }

    /// <summary>The most that a dominant share of 1 takes of cores, bus and NVM, whatever kind of I/O the VM does at a time.</summary>
    public static double[] Worst(DrawnSet set, DrawnVm vm) =>
        [.. Enumerable.Range(0, 3).Select(r => Kinds(set, vm).Max(kind => kind.CostNs[r] / kind.CostNs.Max()))];

    /// <summary>What a VM claimed by what it used: its own mix, whatever that was.</summary>
    /// <param name="set">The set that was run.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="use">What it used.</param>
    /// <param name="alone">What it has of the host alone, because it pauses; infinity for one that does not.</param>
    public static Claim Measured(DrawnSet set, DrawnVm vm, in ResourceUse use, double alone)
    {
        var dominant = use.DominantNs;
        return dominant > 0
            ? Of(set, vm, [use.CoresNs / dominant, use.BusNs / dominant, use.NvmNs / dominant], alone)
            : Declared(set, vm);
    }

    private static Claim Of(DrawnSet set, DrawnVm vm, double[] relative, double alone)
    {
        var reach = Math.Min(Math.Min(1, alone), vm.Vcpus / (double)set.Host.Machine.Cores / relative[0]);
        var cap = Math.Min(reach, vm.Limit ?? 1);
        return new Claim(relative, vm.Weight, Math.Min(cap, vm.Floor), cap) { Reach = reach };
    }

    /// <summary>The kinds of operations of a VM, and how many of its VCPUs are at each.</summary>
    private static IEnumerable<(double[] CostNs, double Part)> Kinds(DrawnSet set, DrawnVm vm)
    {
        foreach (var job in vm.Jobs)
        {
            if (job.IsComputing)
            {
                yield return ([1000.0 / set.Host.Machine.Cores, 0, 0], job.Clones);
                continue;
            }

            foreach (var (isWrite, percent) in new[] { (false, job.ReadPercent), (true, 100 - job.ReadPercent) })
            {
                if (percent > 0)
                {
                    yield return (set.Host.CostNs(job.BlockBytes, isWrite), percent / 100.0 * job.Clones);
                }
            }
        }
    }
}
