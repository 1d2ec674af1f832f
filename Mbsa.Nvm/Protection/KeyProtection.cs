using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// The methods <c>cr0</c> and <c>cr0-opt</c>: pages carry a protection key that no thread may write behind, but for its own windows.
/// </summary>
/// <param name="start">First address of the area.</param>
/// <param name="key">The device's key, joined for this area.</param>
/// <param name="storeBytes">Width of the non-temporal stores: 8 is movnti.</param>
internal sealed class KeyProtection(nint start, ProtectionKey key, int storeBytes) : AreaProtection
{
    /// <inheritdoc/>
    public override void Shut(AddressRange range, long offsetBytes, long lengthBytes)
    {
        if (KeyLibc.Protect(range.Start + (nint)offsetBytes, (nuint)lengthBytes, Libc.PROT_READ | Libc.PROT_WRITE, key.Key) != 0)
        {
            throw new NvmException("protection key", $"cannot put {lengthBytes} bytes behind key {key.Key}: {Libc.LastError()}");
        }
    }

    /// <inheritdoc/>
    public override AccessGate MakeGate() => new KeyGate(start, key.Key, storeBytes);

    /// <inheritdoc/>
    public override void Release() => key.Leave();
}
