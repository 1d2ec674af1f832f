using Mbsa.Bench.Searching;

namespace Mbsa.Actors.Tests.Searching;

public sealed class SetShrinkerTests
{
    private static readonly DrawnSet _set = new()
    {
        Host = new FreeHost
        {
            Cores =
            4,
            OperationNs = 1000,
            NsPerByte = 0.1,
            BusBytesPerSecond = 20e9,
            ReadBytesPerSecond = 4e9,
            WriteBytesPerSecond = 1e9
        },
        QuantumNs = 70_000,
        Vms =
        [
            new DrawnVm { Name = "a", Jobs =
                [new DrawnJob(6, 65536, 30, 5000, 9), new DrawnJob(2, 0)], Weight = 2, Floor = 0.2, Limit = 0.8 },
            new DrawnVm { Name = "b", Jobs = [new DrawnJob(3, 512, 100)], ComesAtMs = 60, GoesAtMs = 170 },
            new DrawnVm { Name = "c", Jobs = [new DrawnJob(4, 0)], Weight = 0.7 },
        ],
    };

    [Fact]
    public void What_matters_not_is_gone_and_what_matters_stays()
    {
        var smallest = Shrink(set => set.Vms.Any(vm => vm.Vcpus >= 3 && vm.Floor > 0));

        var vm = Assert.Single(smallest.Vms);
        Assert.Equal(new DrawnJob(3, 4096), Assert.Single(vm.Jobs) with { ReadPercent = 0 });
        Assert.Equal(("a", 1.0, 0.2, (double?)null), (vm.Name, vm.Weight, vm.Floor, vm.Limit));
        Assert.Equal((25_000L, 0.0), (smallest.QuantumNs, ((FreeHost)smallest.Host).NsPerByte));
    }

    [Fact]
    public void A_set_that_breaks_by_its_pauses_and_its_neighbour_keeps_both()
    {
        var smallest = Shrink(set => set.Vms.Count >= 2 && set.Vms.Any(vm => vm.LongestPauseNs > 0));

        Assert.Equal(2, smallest.Vms.Count);
        Assert.Equal((5000L, 9), (smallest.Vms[0].Jobs[0].ThinkNs, smallest.Vms[0].Jobs[0].ThinkBlocks));
        Assert.All(smallest.Vms, vm => Assert.Equal((1, null, null), (vm.Vcpus, vm.ComesAtMs, vm.Limit)));
    }

    [Fact]
    public void Where_everything_matters_it_stays_as_it_is() => Assert.Same(_set, Shrink(set => set == _set));

    [Fact]
    public void Without_time_it_stays_as_it_is() => Assert.Same(_set, SetShrinker.Shrink(_set, _ => true, TimeSpan.Zero));

    private static DrawnSet Shrink(Func<DrawnSet, bool> breaks) => SetShrinker.Shrink(_set, breaks, TimeSpan.FromMinutes(1));
}
