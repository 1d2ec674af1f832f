using System.Runtime.InteropServices;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// The C library's calls for protection keys. The two that open and close a window never enter the kernel,
/// so they spare the runtime's transition too.
/// </summary>
internal static partial class KeyLibc
{
    /// <summary>Rights of a thread on a key: a bit forbids.</summary>
    public const uint PKEY_DISABLE_ACCESS = 1, PKEY_DISABLE_WRITE = 2;

    /// <summary>Whether the C library knows protection keys; one that does not has no symbol to call.</summary>
    public static bool IsPresent =>
        NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "pkey_set", out _);

    [LibraryImport("libc", EntryPoint = "pkey_alloc", SetLastError = true)]
    public static partial int Allocate(uint flags, uint rights);

    [LibraryImport("libc", EntryPoint = "pkey_free", SetLastError = true)]
    public static partial int Free(int key);

    [LibraryImport("libc", EntryPoint = "pkey_mprotect", SetLastError = true)]
    public static partial int Protect(nint address, nuint lengthBytes, int protection, int key);

    [LibraryImport("libc", EntryPoint = "pkey_set")]
    [SuppressGCTransition]
    public static partial int SetRights(int key, uint rights);

    [LibraryImport("libc", EntryPoint = "pkey_get")]
    [SuppressGCTransition]
    public static partial int GetRights(int key);
}
