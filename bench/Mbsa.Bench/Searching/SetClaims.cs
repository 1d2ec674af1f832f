using Mbsa.Actors.Results;

namespace Mbsa.Bench.Searching;

/// <summary>What the VMs of a set claim: by the figures that were drawn, before anything is run, and by what a run measured.</summary>
internal static class SetClaims
{
    /// <summary>What a VM will claim, as far as that can be told beforehand.</summary>
    public static Claim Declared(DrawnSet set, DrawnVm vm)
    {
        var (sum, worst, reach) = (new double[3], new double[3], 0d);
        foreach (var job in vm.Jobs)
        {
            foreach (var (isWrite, part) in new[] { (false, job.ReadPercent / 100.0), (true, 1 - job.ReadPercent / 100.0) })
            {
                if (part > 0)
                {
                    var cost = Cost(set, job, isWrite);
                    var dominant = cost.Max();
                    for (var r = 0; r < 3; r++)
                    {
                        // VCPUs take turns in time, so what each does in a nanosecond of its core counts.
                        sum[r] += cost[r] / cost[0] * part * job.Clones;
                        worst[r] = Math.Max(worst[r], cost[r] / dominant);
                    }
                }
            }
        }

        var most = sum.Max();
        double[] relative = [.. sum.Select(use => use / most)];
        reach = vm.Vcpus / (double)set.Cores / relative[0];
        var cap = Math.Min(Math.Min(1, reach), vm.Limit ?? 1);
        return new Claim(relative, vm.Weight, vm.Floor, cap) { Worst = worst };
    }

    /// <summary>What a VM claimed by what it used: its own mix, whatever that was.</summary>
    public static Claim Measured(DrawnSet set, DrawnVm vm, VmResult result, double cap)
    {
        var use = result.Use.Use;
        var dominant = use.DominantNs;
        double[] relative = dominant > 0
            ? [use.CoresNs / dominant, use.BusNs / dominant, use.NvmNs / dominant]
            : Declared(set, vm).Relative;
        var reach = vm.Vcpus / (double)set.Cores / relative[0];
        cap = Math.Min(Math.Min(cap, reach), vm.Limit ?? 1);
        return new Claim(relative, vm.Weight, Math.Min(cap, vm.Floor), cap);
    }

    private static double[] Cost(DrawnSet set, DrawnJob job, bool isWrite)
    {
        if (job.BlockBytes == 0)
        {
            return [1000.0 / set.Cores, 0, 0];
        }

        var coreNs = set.OperationNs + job.BlockBytes * set.NsPerByte;
        var busNs = job.BlockBytes * 1e9 / set.BusBytesPerSecond;
        var nvmNs = job.BlockBytes * 1e9 / (isWrite ? set.WriteBytesPerSecond : set.ReadBytesPerSecond);
        return [Math.Max(coreNs, Math.Max(busNs, nvmNs)) / set.Cores, busNs, nvmNs];
    }
}
