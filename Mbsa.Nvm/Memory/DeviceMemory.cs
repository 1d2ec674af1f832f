using Mbsa.Nvm.Devices;

namespace Mbsa.Nvm.Memory;

/// <summary>
/// The bytes of an NVM device: an anonymous memory file or a named file, sparse, to be mapped shared. Counts its users; the last one to
/// leave closes the descriptor.
/// </summary>
internal sealed class DeviceMemory
{
    private readonly MemoryLedger _ledger;
    private readonly SharedLifetime _lifetime;

    private DeviceMemory(int descriptor, long sizeBytes, string? filePath, MemoryLedger ledger)
    {
        (Descriptor, SizeBytes, FilePath, _ledger) = (descriptor, sizeBytes, filePath, ledger);
        _lifetime = new SharedLifetime(Close);
        _ledger.Opened();
    }

    /// <summary>The open file, for mapping.</summary>
    public int Descriptor { get; }

    /// <summary>Length of the file, in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>The file's path, or null for anonymous memory.</summary>
    public string? FilePath { get; }

    /// <summary>Makes memory of the given size, all zero and none of it touched.</summary>
    /// <param name="sizeBytes">Size, a multiple of 4096.</param>
    /// <param name="filePath">A file that must not exist yet, or null for anonymous memory.</param>
    /// <param name="ledger">Where it is entered.</param>
    /// <exception cref="NvmException">The file exists or cannot be made that large.</exception>
    public static DeviceMemory Create(long sizeBytes, string? filePath, MemoryLedger ledger)
    {
        var descriptor = filePath is null
            ? Libc.MemoryFile("mbsa-nvm", Libc.CloseOnExecMemory)
            : Libc.Open(filePath, Libc.ReadWriteFile | Libc.CreateFile | Libc.ExclusiveFile | Libc.CloseOnExecFile, 0b110_100_100);
        if (descriptor < 0)
        {
            throw new NvmException("file", $"cannot create {filePath ?? "anonymous memory"}: {Libc.LastError()}");
        }

        if (Libc.Truncate(descriptor, sizeBytes) == 0)
        {
            return new DeviceMemory(descriptor, sizeBytes, filePath, ledger);
        }

        var error = Libc.LastError();
        _ = Libc.Close(descriptor);
        if (filePath is not null)
        {
            File.Delete(filePath);
        }

        throw new NvmException("file", $"cannot make {filePath ?? "anonymous memory"} {sizeBytes} bytes large: {error}");
    }

    /// <summary>Opens the memory that a file holds.</summary>
    /// <exception cref="NvmException">The file cannot be opened for reading and writing.</exception>
    public static DeviceMemory Open(string filePath, MemoryLedger ledger)
    {
        var descriptor = Libc.Open(filePath, Libc.ReadWriteFile | Libc.CloseOnExecFile, 0);
        if (descriptor < 0)
        {
            throw new NvmException("file", $"cannot open {filePath}: {Libc.LastError()}");
        }

        var sizeBytes = Libc.Seek(descriptor, 0, Libc.SeekEnd);
        if (sizeBytes >= 0)
        {
            return new DeviceMemory(descriptor, sizeBytes, filePath, ledger);
        }

        var error = Libc.LastError();
        _ = Libc.Close(descriptor);
        throw new NvmException("file", $"cannot tell the size of {filePath}: {error}");
    }

    /// <summary>Adds a user, unless the descriptor is closed already.</summary>
    public bool TryJoin() => _lifetime.TryJoin();

    /// <summary>Takes a user off; the maker is the first.</summary>
    public void Leave() => _lifetime.Leave();

    private void Close()
    {
        // A failed close leaves the entry standing, so that the ledger shows the leak.
        if (Libc.Close(Descriptor) == 0)
        {
            _ledger.Closed();
        }
    }
}
