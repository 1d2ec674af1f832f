using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>Makes the protections of a device's areas and holds the key they share. Not thread-safe; the device locks.</summary>
internal sealed class DeviceProtection(DeviceMemory memory, MemoryLedger ledger)
{
    private ProtectionKey? _key;

    /// <summary>Makes the protection of an area; null for none.</summary>
    /// <param name="method">The method.</param>
    /// <param name="child">The child device behind the area.</param>
    /// <param name="start">First address of the area.</param>
    /// <exception cref="NvmException">This machine cannot protect memory in this way.</exception>
    public AreaProtection? Make(ProtectionMethod method, ChildDevice child, nint start) => method switch
    {
        ProtectionMethod.None => null,
        ProtectionMethod.Pte => new PageProtection(start),
        ProtectionMethod.Pmap => new WindowProtection(child, memory, ledger),
        _ => new KeyProtection(start, JoinKey(), method == ProtectionMethod.Cr0Opt ? NonTemporal.WordBytes : NonTemporal.StoreBytes),
    };

    private ProtectionKey JoinKey()
    {
        if (_key?.TryJoin() != true)
        {
            _key = ProtectionKey.Take(ledger);
        }

        return _key;
    }
}
