namespace Mbsa.Nvm.Protection;

/// <summary>
/// How a mapped child device is kept from wild stores: stores through a pointer that went astray.
/// The paper's three methods (section 4.1) and the form of one of them that it improved for guests (section 5.1).
/// </summary>
public enum ProtectionMethod
{
    /// <summary>Not at all: every store that hits the area changes it.</summary>
    None,

    /// <summary>
    /// Pages are read-only and made writable around each write: the paper's PTE.R/W. Each change shoots down the TLBs of other cores.
    /// </summary>
    Pte,

    /// <summary>
    /// A switch for all NVM at once: CR0.WP in the kernel. Its twin in user space is a protection key, a switch of the thread,
    /// and that is what wall clock uses. Bytes are written with the widest non-temporal stores the processor has.
    /// </summary>
    Cr0,

    /// <summary>
    /// The same, as the paper improved it for guests: no VM exits, and movnti instead of movntdq. In wall clock only the second shows: all
    /// bytes are written with 8-byte non-temporal stores.
    /// </summary>
    Cr0Opt,

    /// <summary>Nothing is mapped but a window of one page for each lease, mapped and unmapped at each access.</summary>
    Pmap,
}
