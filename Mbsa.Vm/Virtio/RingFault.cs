namespace Mbsa.Vm.Virtio;

/// <summary>
/// What is so wrong with a virtqueue that its device stops using it until the driver resets it (DEVICE_NEEDS_RESET, section 2.1).
/// </summary>
public enum RingFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The driver claims to have offered more chains than the queue has room for.</summary>
    BadIndex,

    /// <summary>A chain begins at, or leads to, a descriptor behind the table.</summary>
    BadDescriptor,

    /// <summary>A chain is longer than the table: it is a loop.</summary>
    EndlessChain,

    /// <summary>A descriptor names memory that the guest does not have, or none at all.</summary>
    OutOfBounds,

    /// <summary>A descriptor uses a feature that was not agreed on.</summary>
    NotNegotiated,

    /// <summary>Something to be read comes after something to be written.</summary>
    WrongOrder,

    /// <summary>The header or the status of the request is not what it must be, so nobody could be told that it failed.</summary>
    WrongShape,
}
