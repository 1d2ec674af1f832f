namespace Mbsa.Nvm.Devices;

/// <summary>What a new device shall be.</summary>
public sealed record NvmDeviceOptions
{
    /// <summary>Size of the whole device in bytes, metadata included; a multiple of 4096.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The device's UUID. Given by the caller, so that a run with a seed has the same one each time.</summary>
    public required Guid DeviceId { get; init; }

    /// <summary>A file to keep the device in, which must not exist yet; null for memory that goes when the last user goes.</summary>
    public string? FilePath { get; init; }

    /// <summary>
    /// Child devices that the NAT can hold; null for 4096, less on a device so small that the NAT would take more than a 64th of it.
    /// </summary>
    public int? MaxChildDevices { get; init; }

    /// <summary>Watches every store and fence, so that a power failure can be tried; null for none, which is a good deal faster.</summary>
    public IStoreWatch? PowerFailures { get; init; }
}
