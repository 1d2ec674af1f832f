using Mbsa.Actors.Scenarios;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>
/// The weighted max-min optimum of docs/QOS.md, found by halving an interval on theta and freezing who uses what became full: no sweep of events, nothing
/// of the planner's. Its VMs are described as a host would see them, in nanoseconds of each whole resource per operation.
/// </summary>
internal static class Optimum
{
    private const double Slack = 1e-9;

    /// <summary>What a VM asks for and was promised.</summary>
    /// <param name="Cost">Nanoseconds of all cores, of the bus and of the NVM that one operation takes.</param>
    /// <param name="Weight">Its weight.</param>
    /// <param name="Floor">Its floor as a dominant share.</param>
    /// <param name="Cap">The most it can use or may have, as a dominant share.</param>
    public sealed record Claim(double[] Cost, double Weight, double Floor, double Cap)
    {
        public double Dominant => Cost.Max();

        public double Use(int resource) => Cost[resource] / Dominant;
    }

    /// <summary>The dominant share of each.</summary>
    public static double[] Shares(IReadOnlyList<Claim> claims, double[]? capacity = null)
    {
        capacity ??= [1, 1, 1];
        var frozen = new double?[claims.Count];
        while (frozen.Any(f => f is null))
        {
            double Share(int i, double theta) => frozen[i] ?? Math.Min(claims[i].Cap, Math.Max(claims[i].Floor, theta * claims[i].Weight));
            double Use(int resource, double theta) => claims.Select((c, i) => Share(i, theta) * c.Use(resource)).Sum();

            var (low, high) = (0d, 1e9);
            for (var step = 0; step < 200; step++)
            {
                var middle = (low + high) / 2;
                (low, high) = Enumerable.Range(0, 3).All(r => Use(r, middle) <= capacity[r] * (1 + 1e-13)) ? (middle, high) : (low, middle);
            }

            var full = Enumerable.Range(0, 3).Where(r => Use(r, low) >= capacity[r] * (1 - Slack)).ToList();
            var closed = Enumerable.Range(0, claims.Count).Where(i => frozen[i] is null && full.Any(r => claims[i].Use(r) > 0)).ToList();
            foreach (var i in closed.Count > 0 ? closed : [.. Enumerable.Range(0, claims.Count).Where(i => frozen[i] is null)])
            {
                frozen[i] = Share(i, low);
            }
        }

        return [.. frozen.Select(f => f!.Value)];
    }

    /// <summary>The claim of a VM of a scenario, worked out from its first job alone.</summary>
    public static Claim Of(ScenarioSpec scenario, VmSpec vm, QosSpec? qos = null)
    {
        var (host, job, promised) = (scenario.Host, vm.Jobs[0], qos ?? vm.Qos);
        double[] cost;
        if (job.Pattern == IoPattern.Compute)
        {
            cost = [1000.0 / host.Machine.Cores, 0, 0];
        }
        else
        {
            var writes = job.Pattern switch
            {
                IoPattern.Write or IoPattern.RandWrite => 1,
                IoPattern.RandReadWrite or IoPattern.ReadWrite => 1 - job.ReadPercent / 100.0,
                _ => 0,
            };
            var path = host.Machine.Paths[vm.Storage!.Path];
            double[] Kind(double coreNs, double bandwidth)
            {
                var (bus, nvm) = (4096e9 / host.Machine.MemoryBandwidthBytesPerSecond, 4096e9 / bandwidth);
                return [Math.Max(coreNs, Math.Max(bus, nvm)) / host.Machine.Cores, bus, nvm];
            }

            var (read, write) = (Kind(path.Read.OperationNs, host.Device.ReadBandwidthBytesPerSecond), Kind(path.Write.OperationNs, host.Device.WriteBandwidthBytesPerSecond));
            cost = [.. read.Zip(write, (r, w) => r * (1 - writes) + w * writes)];
        }

        var dominant = cost.Max();
        double Share(Promise promise) => promise.Unit switch
        {
            PromiseUnit.Share => promise.Value,
            PromiseUnit.OperationsPerSecond => promise.Value * dominant / 1e9,
            _ => promise.Value / 4096 * dominant / 1e9,
        };
        var reach = vm.Vcpus / (double)host.Machine.Cores * dominant / cost[0];
        var demand = job.ReadRateIops is { } rate ? rate * job.NumJobs * dominant / 1e9 : double.PositiveInfinity;
        var cap = Math.Min(Math.Min(reach, demand), promised.Limit is { } limit ? Share(limit) : double.PositiveInfinity);
        return new Claim(cost, promised.Weight, Math.Min(cap, promised.Reservation is { } floor ? Share(floor) : 0), cap);
    }
}
