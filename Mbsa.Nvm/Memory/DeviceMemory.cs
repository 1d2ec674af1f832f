using System.Runtime.InteropServices;

namespace Mbsa.Nvm.Memory;

/// <summary>
/// The bytes of an NVM device: an anonymous memory file or a named file that no other process has, to be mapped shared. Counts its users;
/// the last one to leave closes the descriptor.
/// </summary>
internal sealed class DeviceMemory
{
    private readonly MemoryLedger _ledger;
    private readonly SharedLifetime _lifetime;

    private DeviceMemory(int descriptor, long sizeBytes, string? filePath, bool isReadOnly, MemoryLedger ledger)
    {
        (Descriptor, SizeBytes, FilePath, IsReadOnly, _ledger) = (descriptor, sizeBytes, filePath, isReadOnly, ledger);
        _lifetime = new SharedLifetime(Close);
        _ledger.Opened(Name);
    }

    /// <summary>The open file, for mapping.</summary>
    public int Descriptor { get; }

    /// <summary>Length of the file, in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The file's path, or null for anonymous memory.</summary>
    public string? FilePath { get; }

    /// <summary>What people call it.</summary>
    public string Name => FilePath is { } file ? $"device file {file}" : "device in memory";

    /// <summary>Whether it was opened just to look at: it is mapped privately then, so that no store reaches the file.</summary>
    public bool IsReadOnly { get; }

    /// <summary>
    /// Makes memory of the given size, all zero. Anonymous memory is sparse;
    /// a file gets its room on the disk now, because a store to a mapped page for which the disk has none left would kill the process.
    /// </summary>
    /// <param name="sizeBytes">Size, a multiple of 4096.</param>
    /// <param name="filePath">A file that must not exist yet, or null for anonymous memory.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <exception cref="NvmException">The file exists or cannot be made that large;
    /// then there is none afterwards that was not before.</exception>
    public static DeviceMemory Create(long sizeBytes, string? filePath, MemoryLedger ledger)
    {
        RequireNoDirectory(filePath);
        var descriptor = filePath is null
            ? Libc.MemoryFile("mbsa-nvm", Libc.MFD_CLOEXEC)
            : Libc.Open(filePath, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0b110_100_100);
        if (descriptor < 0)
        {
            var isThere = filePath is not null && Marshal.GetLastPInvokeError() == Libc.EEXIST;
            throw new NvmException("file", isThere
                ? $"{filePath} exists already; delete it first, or choose another name"
                : $"cannot create {filePath ?? "anonymous memory"}: {Libc.LastError()}");
        }

        try
        {
            if (filePath is null)
            {
                Require(Libc.Truncate(descriptor, sizeBytes) == 0,
                    () => $"cannot make anonymous memory {sizeBytes} bytes large: {Libc.LastError()}");
            }
            else
            {
                LockFile(descriptor, filePath, Libc.LOCK_EX);
                TakeRoom(descriptor, filePath, sizeBytes);
            }
        }
        catch
        {
            _ = Release(descriptor);
            if (filePath is not null)
            {
                File.Delete(filePath);
            }

            throw;
        }

        return new DeviceMemory(descriptor, sizeBytes, filePath, isReadOnly: false, ledger);
    }

    /// <summary>Opens the memory that a file holds, for this process alone, or together with others that only look.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <param name="readOnly">Whether nothing is to be stored.</param>
    /// <exception cref="NvmException">The file cannot be opened, or another process uses it.</exception>
    public static DeviceMemory Open(string filePath, MemoryLedger ledger, bool readOnly = false)
    {
        RequireNoDirectory(filePath);
        // A pipe would let a reader wait for a writer that never comes.
        var descriptor = Libc.Open(filePath,
            (readOnly ? Libc.O_RDONLY | Libc.O_NONBLOCK : Libc.O_RDWR) | Libc.O_CLOEXEC, 0);
        if (descriptor < 0)
        {
            throw new NvmException("file", $"cannot open {filePath}: {Libc.LastError()}");
        }

        try
        {
            LockFile(descriptor, filePath, readOnly ? Libc.LOCK_SH : Libc.LOCK_EX);
            var sizeBytes = Libc.Seek(descriptor, 0, Libc.SEEK_END);
            Require(sizeBytes >= 0, () => $"cannot tell the size of {filePath}: {Libc.LastError()}");
            return new DeviceMemory(descriptor, sizeBytes, filePath, readOnly, ledger);
        }
        catch
        {
            _ = Release(descriptor);
            throw;
        }
    }

    /// <summary>
    /// Makes a stretch zero without a store to each byte. Anonymous memory gives its pages back; a file keeps its room on the disk.
    /// A mapping of the stretch, if there is one, reads zeros afterwards.
    /// </summary>
    /// <returns>False when the file system cannot do that; then nothing has changed.</returns>
    public bool TryWipe(long offsetBytes, long lengthBytes) =>
        !IsReadOnly && Libc.Allocate(Descriptor,
            Libc.FALLOC_FL_KEEP_SIZE | (FilePath is null ? Libc.FALLOC_FL_PUNCH_HOLE : Libc.FALLOC_FL_ZERO_RANGE),
            offsetBytes, lengthBytes) == 0;

    /// <summary>Adds a user, unless the descriptor is closed already.</summary>
    public bool TryJoin() => _lifetime.TryJoin();

    /// <summary>Takes a user off; the maker is the first.</summary>
    public void Leave() => _lifetime.Leave();

    private static void Require(bool done, Func<string> problem)
    {
        if (!done)
        {
            throw new NvmException("file", problem());
        }
    }

    // The kernel opens one to look at, and tells a length of it that is none.
    private static void RequireNoDirectory(string? filePath) =>
        Require(!Directory.Exists(filePath), () => $"{filePath} is a directory; an NVM device is a file");

    // A file system without locks says so with another error; there the user has to take care.
    private static void LockFile(int descriptor, string filePath, int kind)
    {
        if (Libc.Lock(descriptor, kind | Libc.LOCK_NB) != 0 && Marshal.GetLastPInvokeError() == Libc.EWOULDBLOCK)
        {
            throw new NvmException("file", $"{filePath} is in use by another process");
        }
    }

    // A lock ends with the last copy of its descriptor, and a process that another thread starts just now has one until it
    // is the other program.
    private static int Release(int descriptor)
    {
        _ = Libc.Lock(descriptor, Libc.LOCK_UN);
        return Libc.Close(descriptor);
    }

    private static void TakeRoom(int descriptor, string filePath, long sizeBytes)
    {
        // Asked beforehand, because some file systems fill the disk to the last block before they find that it is too small.
        var drive = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(filePath)) ?? "/");
        Require(drive.AvailableFreeSpace >= sizeBytes, () =>
            $"cannot make {filePath} {sizeBytes} bytes large: the disk has {drive.AvailableFreeSpace} bytes left");
        var error = Libc.Preallocate(descriptor, 0, sizeBytes);
        Require(error == 0, () => $"cannot make {filePath} {sizeBytes} bytes large: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    private void Close()
    {
        // A failed close leaves the entry standing, so that the ledger shows the leak.
        if (Release(Descriptor) == 0)
        {
            _ledger.Closed(Name);
        }
    }
}
