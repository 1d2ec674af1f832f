using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>Makes the protections of a device's areas and holds the key they share. Not thread-safe; the device locks.</summary>
/// <param name="memory">The device's bytes.</param>
/// <param name="ledger">Where what a protection holds is entered.</param>
/// <param name="shutDevice">Shuts the mapping of the whole device that its bookkeeping has.</param>
internal sealed class DeviceProtection(DeviceMemory memory, MemoryLedger ledger, Action shutDevice)
{
    private ProtectionKey? _key;
    private bool _isDeviceShut;

    /// <summary>Makes the protection of an area; null for none.</summary>
    /// <param name="method">The method.</param>
    /// <param name="child">The child device behind the area.</param>
    /// <param name="start">First address of the area.</param>
    /// <exception cref="NvmException">This machine cannot protect memory in this way.</exception>
    public AreaProtection? Make(ProtectionMethod method, ChildDevice child, nint start)
    {
        if (method == ProtectionMethod.None)
        {
            return null;
        }

        // No protection of a child would be worth much beside an open door to all of them.
        // A device without any has it open, and its bookkeeping faster.
        if (!_isDeviceShut)
        {
            shutDevice();
            _isDeviceShut = true;
        }

        return MakeFor(method, child, start);
    }

    private AreaProtection MakeFor(ProtectionMethod method, ChildDevice child, nint start) => method switch
    {
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
