using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>The gate of <c>pte</c>: two changes of the page table around each write.</summary>
internal sealed class PageGate(nint start, PageProtection pages) : MappedGate(start, NonTemporal.StoreBytes)
{
    /// <inheritdoc/>
    protected override void Open(long offsetBytes, long lengthBytes) => pages.Open(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    protected override void Close(long offsetBytes, long lengthBytes) => pages.Close(offsetBytes, lengthBytes);
}
