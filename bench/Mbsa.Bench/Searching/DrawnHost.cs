using Mbsa.Host.Files.Profiles;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;

namespace Mbsa.Bench.Searching;

/// <summary>A host as the search draws it: a machine and a device, of drawn figures or of the shipped profiles.</summary>
internal abstract record DrawnHost
{
    /// <summary>The machine.</summary>
    public abstract MachineProfile Machine { get; }

    /// <summary>The device.</summary>
    public abstract DeviceProfile Device { get; }

    /// <summary>What one I/O at a random place takes of all cores, of the whole bus and of the whole NVM, in nanoseconds.</summary>
    public double[] CostNs(int blockBytes, bool isWrite)
    {
        var path = Machine.Paths[IoPath.MemoryBus];
        var (cost, factor, bandwidth) = isWrite
            ? (path.Write, Device.WriteLatencyFactor, Device.WriteBandwidthBytesPerSecond)
            : (path.Read, Device.ReadLatencyFactor, Device.ReadBandwidthBytesPerSecond);
        var coreNs = cost.OperationNs + cost.RandomNs + blockBytes * cost.NsPerByte * factor;
        var (busNs, nvmNs) = (blockBytes * 1e9 / Machine.MemoryBandwidthBytesPerSecond, blockBytes * 1e9 / bandwidth);
        return [Math.Max(coreNs, Math.Max(busNs, nvmNs)) / Machine.Cores, busNs, nvmNs];
    }
}

/// <summary>A host of drawn figures.</summary>
internal sealed record FreeHost : DrawnHost
{
    /// <summary>Cores.</summary>
    public required int Cores { get; init; }

    /// <summary>Core time of any I/O before its bytes, in nanoseconds.</summary>
    public required double OperationNs { get; init; }

    /// <summary>Core time of a byte, in nanoseconds.</summary>
    public required double NsPerByte { get; init; }

    /// <summary>What the memory bus carries.</summary>
    public required double BusBytesPerSecond { get; init; }

    /// <summary>What the device reads.</summary>
    public required double ReadBytesPerSecond { get; init; }

    /// <summary>What the device writes.</summary>
    public required double WriteBytesPerSecond { get; init; }

    /// <inheritdoc/>
    public override MachineProfile Machine => new()
    {
        Name = "drawn",
        Cores = Cores,
        MemoryBandwidthBytesPerSecond = BusBytesPerSecond,
        Paths = new Dictionary<IoPath, PathCosts>
        { [IoPath.MemoryBus] = new(new OperationCost(OperationNs, NsPerByte), new OperationCost(OperationNs, NsPerByte)) },
    };

    /// <inheritdoc/>
    public override DeviceProfile Device => new()
    {
        Name = "drawn",
        ReadBandwidthBytesPerSecond = ReadBytesPerSecond,
        WriteBandwidthBytesPerSecond = WriteBytesPerSecond,
    };
}

/// <summary>A host of shipped profiles.</summary>
/// <param name="MachineName">The machine's.</param>
/// <param name="DeviceName">The device's.</param>
internal sealed record ShippedHost(string MachineName, string DeviceName) : DrawnHost
{
    /// <inheritdoc/>
    public override MachineProfile Machine { get; } = ProfileCatalog.Machine(MachineName);

    /// <inheritdoc/>
    public override DeviceProfile Device { get; } = ProfileCatalog.Device(DeviceName);
}
