namespace Mbsa.Nvm.Protection;

/// <summary>
/// The gate of <c>cr0</c> and <c>cr0-opt</c>: the thread's own switch, no call into the kernel. A thread that
/// was there before the key has no access to it at all, and leases move between threads; so each access looks at what its thread may do.
/// Asking costs a few nanoseconds and is never out of date, which a note of our own would be when keys are freed and given out again.
/// </summary>
/// <param name="start">First address of the area.</param>
/// <param name="key">The protection key of its pages.</param>
/// <param name="storeBytes">Width of the non-temporal stores.</param>
internal sealed class KeyGate(nint start, int key, int storeBytes) : MappedGate(start, storeBytes)
{
    /// <inheritdoc/>
    protected override void AllowReads()
    {
        if ((KeyLibc.GetRights(key) & KeyLibc.PKEY_DISABLE_ACCESS) != 0)
        {
            _ = KeyLibc.SetRights(key, KeyLibc.PKEY_DISABLE_WRITE);
        }
    }

    /// <inheritdoc/>
    protected override void Open(long offsetBytes, long lengthBytes) => _ = KeyLibc.SetRights(key, 0);

    /// <inheritdoc/>
    protected override void Close(long offsetBytes, long lengthBytes) => _ = KeyLibc.SetRights(key, KeyLibc.PKEY_DISABLE_WRITE);
}
