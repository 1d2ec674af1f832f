using System.Diagnostics;
using Mbsa.Nvm.Timing;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Emulates a device slower than DRAM under the wall clock: after the bytes have moved, the core spins for the difference, as it would
/// have stalled on the slower memory.
/// </summary>
public sealed class DeviceDelay
{
    private readonly double _readTicksPerByte;
    private readonly double _writeTicksPerByte;

    /// <summary>The difference between a device and this machine's DRAM.</summary>
    /// <param name="device">The device.</param>
    /// <param name="dramReadNsPerByte">What reading a byte from DRAM costs here, as calibrated.</param>
    /// <param name="dramWriteNsPerByte">What writing a byte to DRAM costs here, as calibrated.</param>
    public DeviceDelay(DeviceProfile device, double dramReadNsPerByte, double dramWriteNsPerByte)
    {
        var ticksPerNs = Stopwatch.Frequency / 1e9;
        _readTicksPerByte = Math.Max(0, device.ReadLatencyFactor - 1) * dramReadNsPerByte * ticksPerNs;
        _writeTicksPerByte = Math.Max(0, device.WriteLatencyFactor - 1) * dramWriteNsPerByte * ticksPerNs;
    }

    /// <summary>Whether the device is as fast as DRAM in both directions, so that nothing is left to wait for.</summary>
    public bool IsNone => _readTicksPerByte == 0 && _writeTicksPerByte == 0;

    /// <summary>Spins after a transfer for as long as the device would have kept the core longer than DRAM did.</summary>
    public void AfterTransfer(bool isWrite, int lengthBytes)
    {
        var ticks = (long)(lengthBytes * (isWrite ? _writeTicksPerByte : _readTicksPerByte));
        if (ticks == 0)
        {
            return;
        }

        var until = Stopwatch.GetTimestamp() + ticks;
        while (Stopwatch.GetTimestamp() < until)
        {
        }
    }
}
