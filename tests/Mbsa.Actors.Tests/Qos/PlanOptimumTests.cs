using Mbsa.Actors.Scenarios;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>
/// Random sets of VMs (readers, writers, mixes and CPU hogs; VCPUs, weights, floors and ceilings) through the whole way: what each got against the optimum
/// that another algorithm finds. Where an optimum is out of reach, it is measured from what was reached: a VM that has to run all the time loses what its
/// VCPUs wait for a core, and where cores and NVM are short at once, quanta stretch each other.
/// </summary>
public sealed class PlanOptimumTests
{
    private const int Sets = 60;

    [Fact]
    public void Random_sets_of_vms_get_the_water_filled_optimum_and_their_floors()
    {
        var (errors, floors) = (new List<double>(), new List<(double Kept, string Of)>());
        Parallel.For(0, Sets, new ParallelOptions { MaxDegreeOfParallelism = 2 }, set =>
        {
            var scenario = Draw(new Random(set));
            var claims = scenario.Vms.Select(vm => Optimum.Of(scenario, vm)).ToList();
            var run = scenario.RunAsync().GetAwaiter().GetResult();
            Assert.Empty(run.Problems);
            var got = run.Vms.Select(vm => vm.DominantShare(run.MeasuredNs)).ToArray();
            var optimum = WithinReach(scenario, claims, got);
            lock (errors)
            {
                for (var i = 0; i < got.Length; i++)
                {
                    errors.Add(Math.Abs(got[i] / optimum[i] - 1));
                    if (claims[i].Floor > 0 && claims[i].Floor < 0.8 * Reach(scenario.Vms[i], claims[i]))
                    {
                        floors.Add((got[i] / claims[i].Floor, $"VM {i} of set {set}"));
                    }
                }
            }
        });
        errors.Sort();
        Assert.True(errors[(int)(0.95 * errors.Count)] <= 0.01, $"95 % of shares should be within 1 %: {errors[(int)(0.95 * errors.Count)]:P2}");
        Assert.True(errors[^1] <= 0.08, $"{errors[^1]:P2}");
        Assert.True(floors.Min().Kept >= 0.97, $"{floors.Min().Of} has {floors.Min().Kept:P1} of its floor");
        Assert.True(floors.Order().ElementAt(floors.Count / 20).Kept >= 0.99, "95 % of floors should be kept");
    }

    [Fact]
    public async Task After_arrivals_departures_and_changes_each_window_is_at_the_optimum_of_those_who_are_there()
    {
        var vms = new[] { QosLab.Reader("a"), QosLab.Writer("b", weight: 2), QosLab.Mixed("c", 50).Late() };
        var heavy = new QosSpec { Weight = 3, Reservation = new Promise(PromiseUnit.Share, 0.3) };
        var scenario = QosLab.Host(vms).For(600, 20, 50)
            .At(100 * Lab.Millisecond, "c", new VmChange.Start())
            .At(250 * Lab.Millisecond, "a", new VmChange.SetQos(heavy))
            .At(450 * Lab.Millisecond, "b", new VmChange.Stop());
        var run = await scenario.RunAsync();
        (int From, int To, VmSpec[] There)[] phases =
        [
            (0, 2, [vms[0], vms[1]]), (3, 5, vms), (6, 9, [vms[0] with { Qos = heavy }, vms[1], vms[2]]), (10, 12, [vms[0] with { Qos = heavy }, vms[2]]),
        ];
        foreach (var (from, to, there) in phases)
        {
            var claims = there.Select(vm => Optimum.Of(scenario, vm)).ToList();
            var shares = Optimum.Shares(claims);
            for (var i = 0; i < there.Length; i++)
            {
                foreach (var operations in run.Series(there[i].Name)[from..to])
                {
                    QosLab.Near(shares[i], operations * claims[i].Dominant / 50e6, 0.015, $"{there[i].Name} in windows {from} to {to}");
                }
            }
        }
    }

    private static ScenarioSpec Draw(Random random)
    {
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        var device = QosLab.Units(Between(0.3e6, 4e6), Between(1, 4));
        var vms = Enumerable.Range(0, random.Next(1, 9)).Select(i =>
        {
            var (name, vcpus) = ($"vm-{i}", random.Next(1, 5));
            var vm = random.Next(4) switch
            {
                0 => QosLab.Reader(name, vcpus),
                1 => QosLab.Writer(name, vcpus),
                2 => QosLab.Mixed(name, random.Next(5, 96), vcpus),
                _ => Lab.Hog(name, vcpus),
            };
            return vm.Weight(Between(0.5, 4));
        }).ToArray();
        var scenario = QosLab.Host(vms).With(host => host with { Device = device }).For(200, 20);
        var claims = vms.Select(vm => Optimum.Of(scenario, vm)).ToList();
        var shares = Optimum.Shares(claims);
        var reserved = Between(0, 0.65); // what all would have without promises, scaled so that random floors fit together
        for (var i = 0; i < vms.Length; i++)
        {
            vms[i] = random.Next(3) == 0 ? vms[i].Reserved(PromiseUnit.Share, Math.Min(claims[i].Cap, shares[i] * Between(0.3, 1.5)) * reserved) : vms[i];
            var floor = vms[i].Qos.Reservation?.Value ?? 0;
            vms[i] = random.Next(4) == 0 ? vms[i].Limited(PromiseUnit.Share, Math.Max(shares[i] * Between(0.3, 1.5), floor)) : vms[i];
        }

        return scenario with { Vms = [.. vms] };
    }

    private static double[] WithinReach(ScenarioSpec scenario, List<Optimum.Claim> claims, double[] got)
    {
        var shares = Optimum.Shares(claims);
        double Use(double[] of, int resource) => claims.Select((claim, i) => of[i] * claim.Use(resource)).Sum();
        var bound = claims.Select((claim, i) => shares[i] >= 0.8 * Reach(scenario.Vms[i], claim) && got[i] < shares[i]
            ? claim with { Cap = got[i], Floor = Math.Min(claim.Floor, got[i]) }
            : claim).ToList();
        double[] capacity = [.. Enumerable.Range(0, 3).Select(r => Use(shares, r) > 0.999 ? Math.Min(1, Use(got, r)) : 1)];
        return Optimum.Shares(bound, capacity);
    }

    private static double Reach(VmSpec vm, Optimum.Claim claim) => vm.Vcpus / 4.0 * claim.Dominant / claim.Cost[0];
}
