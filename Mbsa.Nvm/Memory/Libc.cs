using System.Runtime.InteropServices;

namespace Mbsa.Nvm.Memory;

/// <summary>The few calls of Linux's C library that memory is made of. Nothing else in the repository calls them.</summary>
internal static partial class Libc
{
    public const int ReadOnlyFile = 0, ReadWriteFile = 2, CreateFile = 0x40,
        ExclusiveFile = 0x80, NonBlockingFile = 0x800, CloseOnExecFile = 0x80000;
    public const int LockShared = 1, LockExclusive = 2, LockWithoutWaiting = 4, Unlock = 8;
    public const int KeepSize = 1, PunchHole = 2, ZeroRange = 0x10;
    public const int WouldBlock = 11, AlreadyThere = 17;
    public const uint CloseOnExecMemory = 1;
    public const int ProtectNone = 0, ProtectRead = 1, ProtectWrite = 2, ProtectReadWrite = ProtectRead | ProtectWrite;
    public const int MapShared = 1, MapPrivate = 2, MapFixed = 0x10, MapAnonymous = 0x20, MapNoReserve = 0x4000, MapPopulate = 0x8000;
    public const int AdviseHugePage = 14, AdvisePopulateWrite = 23;
    public const int SeekEnd = 2;

    /// <summary>What mmap answers when it fails: (void*)-1.</summary>
    public const nint MapFailed = -1;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long lengthBytes);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(int descriptor, int mode, long offsetBytes, long lengthBytes);

    /// <summary>Gives a file its room on the disk. Answers the error itself, 0 for none.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int Preallocate(int descriptor, long offsetBytes, long lengthBytes);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int descriptor, long offsetBytes, int whence);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint lengthBytes, int protection, int flags, int descriptor, long offsetBytes);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint lengthBytes);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(nint address, nuint lengthBytes, int protection);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nint address, nuint lengthBytes, int advice);

    /// <summary>Why the last call failed, in words: "No space left on device".</summary>
    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}
