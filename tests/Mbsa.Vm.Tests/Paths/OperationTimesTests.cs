using CsCheck;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Tests.Paths;

public sealed class OperationTimesTests
{
    [Fact]
    public void The_four_kinds_follow_the_formula()
    {
        var costs = new PathCosts(new OperationCost(100, 0.5, RandomNs: 7), new OperationCost(200, 0.25, RandomNs: 9));
        var device = new DeviceProfile
        {
            Name = "test",
            ReadBandwidthBytesPerSecond = 1e9,
            WriteBandwidthBytesPerSecond = 0.5e9,
            ReadLatencyFactor = 2,
            WriteLatencyFactor = 3,
        };
        var times = new OperationTimes(costs, device, 1e12, readBytes: 1000, writeBytes: 2000);
        Assert.Equal(new WorkVector(100 + (1000 * 0.5 * 2), 1000, 1000), Of(times, isWrite: false, isSequential: true));
        Assert.Equal(new WorkVector(100 + (1000 * 0.5 * 2) + 7, 1000, 1000), Of(times, isWrite: false, isSequential: false));
        Assert.Equal(new WorkVector(200 + (2000 * 0.25 * 3), 2000, 4000), Of(times, isWrite: true, isSequential: true));
        Assert.Equal(new WorkVector(200 + (2000 * 0.25 * 3) + 9, 2000, 4000), Of(times, isWrite: true, isSequential: false));
    }

    [Fact]
    public void An_engine_adds_to_the_software_of_each_io_and_to_nothing_else()
    {
        var cost = new OperationCost(100, 0.5, RandomNs: 7);
        var device = new DeviceProfile { Name = "test", ReadBandwidthBytesPerSecond = 1e9, WriteBandwidthBytesPerSecond = 1e9 };
        var without = new OperationTimes(new PathCosts(cost, cost), device, 1e12, 4096, 4096);
        var with = new OperationTimes(new PathCosts(cost, cost), device, 1e12, 4096, 4096, engineNs: 30);

        Assert.Equal(without.ByKind.ToArray().Select(work => work with { CoreNs = work.CoreNs + 30 }), with.ByKind.ToArray());
        Assert.Equal(without.Of(new WearWork(1, 1)), with.Of(new WearWork(1, 1)));
    }

    [Fact]
    public void Levelling_costs_a_read_and_a_write_for_a_move_and_a_line_for_a_record()
    {
        var costs = new PathCosts(new OperationCost(100, 0.5, RandomNs: 7), new OperationCost(200, 0.25, RandomNs: 9));
        var device = new DeviceProfile
        {
            Name = "test",
            ReadBandwidthBytesPerSecond = 1e9,
            WriteBandwidthBytesPerSecond = 0.5e9,
            WriteLatencyFactor = 2,
        };
        var times = new OperationTimes(costs, device, 1e12, 512, 512);

        Assert.Equal(new WorkVector(2 * (4096 * 0.5 + 7 + 4096 * 0.25 * 2 + 9), 2 * 8192, 2 * (4096 + 8192)), times.Of(new WearWork(2, 0)));
        Assert.Equal(new WorkVector(3 * (64 * 0.25 * 2 + 9), 3 * 64, 3 * 128), times.Of(new WearWork(0, 3)));
    }

    [Fact]
    public void Each_kind_has_an_index_of_its_own() =>
        Assert.Equal(
            [0, 1, 2, 3],
            new[] { (false, true), (false, false), (true, true), (true, false) }.Select(kind =>
                OperationTimes.KindOf(kind.Item1, kind.Item2)));

    /// <summary>
    /// Claim 1 of the paper (section 4.1, Figures 2 and 3),
    /// from the figures of profiles/machines/paper.yaml and profiles/devices/paper.yaml.
    /// </summary>
    [Theory]
    [InlineData(false, true, 10.0)]
    [InlineData(true, true, 5.0)]
    [InlineData(false, false, 7.6)]
    [InlineData(true, false, 4.5)]
    public void Four_threads_of_the_papers_host_reach_the_papers_bandwidth(bool isWrite, bool isSequential, double gigabytesPerSecond)
    {
        var costs = new PathCosts(new OperationCost(819.2, 0.2, RandomNs: 517.4), new OperationCost(819.2, 0.2, RandomNs: 364.1));
        var device = new DeviceProfile
        {
            Name = "paper",
            ReadBandwidthBytesPerSecond = 21.3e9,
            WriteBandwidthBytesPerSecond = 7.1e9,
            WriteLatencyFactor = 3,
        };
        var work = Of(new OperationTimes(costs, device, 1e12, 4096, 4096), isWrite, isSequential);
        Assert.Equal(gigabytesPerSecond, 4 * 4096 / work.CoreNs, gigabytesPerSecond * 0.001);
        Assert.True(4 * work.NvmNs <= work.CoreNs, "four threads must not fill the device");
    }

    [Fact]
    public void Longer_operations_are_never_cheaper() =>
        Gen.Select(Gen.Int[512, 1 << 20], Gen.Int[0, 1 << 20], Gen.Double[0, 5000], Gen.Double[0, 1])
        .Sample((bytes, more, operationNs, nsPerByte) =>
        {
            var cost = new OperationCost(operationNs, nsPerByte);
            var device = new DeviceProfile { Name = "test", ReadBandwidthBytesPerSecond = 1e9, WriteBandwidthBytesPerSecond = 1e9 };
            var shorter = new OperationTimes(new PathCosts(cost, cost), device, 1e12, bytes, bytes).ByKind[0];
            var longer = new OperationTimes(new PathCosts(cost, cost), device, 1e12, bytes + more, bytes + more).ByKind[0];
            Assert.True(longer.CoreNs >= shorter.CoreNs && longer.NvmNs >= shorter.NvmNs && longer.BusBytes >= shorter.BusBytes);
        });

    private static WorkVector Of(OperationTimes times, bool isWrite, bool isSequential) =>
        times.ByKind[OperationTimes.KindOf(isWrite, isSequential)];
}
