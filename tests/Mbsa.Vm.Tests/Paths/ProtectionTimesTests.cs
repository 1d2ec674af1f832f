using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;

namespace Mbsa.Vm.Tests.Paths;

public sealed class ProtectionTimesTests
{
    private const int Block = 4096;

    private static readonly ProtectionCosts _costs = new()
    {
        SwitchNs = 10,
        ExitNs = 1000,
        VectorSaveNs = 3,
        WordNsPerByte = 0.25,
        PageChangeNs = 50,
        ShootDownNs = 100,
        MapNs = 20,
        UnmapNs = 30,
    };

    [Theory]
    [InlineData(IoPath.Host, ProtectionMethod.None, 0, 3)]
    [InlineData(IoPath.Host, ProtectionMethod.Pte, 0, 3 + 2 * (50 + 7 * 100))]
    [InlineData(IoPath.Host, ProtectionMethod.Cr0, 0, 3 + 2 * 10)]
    [InlineData(IoPath.Host, ProtectionMethod.Cr0Opt, 0, 1024 + 2 * 10)]
    [InlineData(IoPath.Host, ProtectionMethod.Pmap, 50, 3 + 50)]
    [InlineData(IoPath.MemoryBus, ProtectionMethod.None, 0, 3)]
    [InlineData(IoPath.MemoryBus, ProtectionMethod.Pte, 0, 3 + 2 * (50 + 2 * (100 + 1000)))]
    [InlineData(IoPath.MemoryBus, ProtectionMethod.Cr0, 0, 3 + 2 * (10 + 1000))]
    [InlineData(IoPath.MemoryBus, ProtectionMethod.Cr0Opt, 0, 1024 + 2 * 10)]
    [InlineData(IoPath.MemoryBus, ProtectionMethod.Pmap, 50, 3 + 50)]
    public void A_protection_costs_what_its_parts_cost(IoPath path, ProtectionMethod method, double readNs, double writeNs)
    {
        // Figures taken without protection still include the saving of vector registers: it belongs to the stores.
        var times = new ProtectionTimes(Machine(), path, method, vcpus: 3);

        Assert.Equal((readNs, writeNs - 3), (times.ExtraNs(isWrite: false, Block), times.ExtraNs(isWrite: true, Block)));
    }

    [Fact]
    public void What_the_figures_include_is_not_charged_again()
    {
        var machine = Machine(includes: ProtectionMethod.Pmap);

        Assert.Equal((0, 0), Extra(machine, ProtectionMethod.Pmap));
        Assert.Equal((-50, -50), Extra(machine, ProtectionMethod.None));
        Assert.Equal((-50, 20 - 50), Extra(machine, ProtectionMethod.Cr0));

        static (double, double) Extra(MachineProfile machine, ProtectionMethod method) =>
            new ProtectionTimes(machine, IoPath.Host, method, 1) is var times
            ? (times.ExtraNs(false, Block), times.ExtraNs(true, Block))
            : default;
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 50)]
    [InlineData(4096, 50)]
    [InlineData(4097, 100)]
    [InlineData(65536, 16 * 50)]
    public void A_window_is_mapped_for_each_page(int lengthBytes, double expectedNs) =>
        Assert.Equal(expectedNs, new ProtectionTimes(Machine(), IoPath.Host, ProtectionMethod.Pmap, 1)
            .ExtraNs(isWrite: false, lengthBytes));

    [Fact]
    public void A_guest_shoots_at_the_cores_that_run_it_and_the_host_at_all()
    {
        Assert.Equal(2 * 50, Pte(IoPath.MemoryBus, 1));
        Assert.Equal(2 * (50 + 7 * 1100), Pte(IoPath.MemoryBus, 8));
        Assert.Equal(2 * (50 + 7 * 1100), Pte(IoPath.MemoryBus, 64)); // no more than there are
        Assert.Equal(Pte(IoPath.Host, 64), Pte(IoPath.Host, 1));

        static double Pte(IoPath path, int vcpus) =>
            new ProtectionTimes(Machine(), path, ProtectionMethod.Pte, vcpus).ExtraNs(isWrite: true, Block);
    }

    [Fact]
    public void Without_costs_there_is_only_what_the_figures_include()
    {
        var machine = Machine() with { Protection = null };

        Assert.Equal(0, new ProtectionTimes(machine, IoPath.Host, ProtectionMethod.None, 1).ExtraNs(isWrite: true, Block));
        var error = Assert.Throws<InputException>(() => new ProtectionTimes(machine, IoPath.Host, ProtectionMethod.Pte, 1));
        Assert.StartsWith("machine 'test' has no costs for protections", error.Message, StringComparison.Ordinal);
    }

    private static MachineProfile Machine(ProtectionMethod includes = ProtectionMethod.None)
    {
        var costs = new PathCosts(new OperationCost(1000, 0), new OperationCost(1000, 0), includes);
        return new MachineProfile
        {
            Name = "test",
            Cores = 8,
            MemoryBandwidthBytesPerSecond = 1e10,
            Paths = new Dictionary<IoPath, PathCosts> { [IoPath.Host] = costs, [IoPath.MemoryBus] = costs },
            Protection = _costs,
        };
    }
}
