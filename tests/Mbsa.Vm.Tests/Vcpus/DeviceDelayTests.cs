using System.Diagnostics;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Vm.Tests.Vcpus;

public sealed class DeviceDelayTests
{
    [Fact]
    public void A_slow_device_keeps_the_core_at_least_for_the_difference_to_dram()
    {
        var delay = new DeviceDelay(Bench.Device(readFactor: 2, writeFactor: 3), 10, 10);
        Assert.True(TicksOf(delay, isWrite: true, 4096) >= NsInTicks(2 * 4096 * 10));
        Assert.True(TicksOf(delay, isWrite: false, 4096) >= NsInTicks(4096 * 10));
    }

    [Fact]
    public void A_device_as_fast_as_dram_or_faster_costs_nothing()
    {
        // A whole day a byte, were there any difference.
        var delay = new DeviceDelay(Bench.Device(readFactor: 1, writeFactor: 0.5), 86_400e9, 86_400e9);
        delay.AfterTransfer(isWrite: false, 4096);
        delay.AfterTransfer(isWrite: true, 4096);
    }

    [Fact]
    public void Each_direction_has_its_own_factor()
    {
        var delay = new DeviceDelay(Bench.Device(readFactor: 1, writeFactor: 2), 86_400e9, 10);
        delay.AfterTransfer(isWrite: false, 4096);
        Assert.True(TicksOf(delay, isWrite: true, 4096) >= NsInTicks(4096 * 10));
    }

    [Fact]
    public void Calibration_finds_a_positive_cost_and_gives_its_memory_back()
    {
        var ledger = new MemoryLedger();
        var (readNsPerByte, writeNsPerByte) = DramCalibration.Measure(ledger);
        Assert.True(readNsPerByte > 0);
        Assert.True(writeNsPerByte > 0);
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Fact]
    public void A_device_as_fast_as_dram_needs_no_memory_to_measure_on()
    {
        var ledger = new MemoryLedger();
        DramCalibration.DelayFor(Bench.Device(), ledger).AfterTransfer(isWrite: true, 4096);
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    private static double NsInTicks(double ns) => Math.Floor(ns * Stopwatch.Frequency / 1e9);

    private static long TicksOf(DeviceDelay delay, bool isWrite, int bytes)
    {
        var start = Stopwatch.GetTimestamp();
        delay.AfterTransfer(isWrite, bytes);
        return Stopwatch.GetTimestamp() - start;
    }
}
