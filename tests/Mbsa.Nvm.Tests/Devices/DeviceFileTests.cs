using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Devices;

public sealed class DeviceFileTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-file-test-").FullName;
    private readonly MemoryLedger _ledger = new();

    private string FilePath => Path.Combine(_folder, "device.nvm");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }

    [Fact]
    public void A_file_is_for_one_at_a_time()
    {
        using (Create(MiB))
        {
            var error = Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger));
            Assert.Equal(("file", $"file: {FilePath} is in use by another process"), (error.Structure, error.Message));
        }

        NvmDevice.Open(FilePath, _ledger).Dispose();
    }

    [Fact]
    public void A_file_that_was_let_go_is_free_although_something_still_has_a_copy_of_its_descriptor()
    {
        Create(MiB).Dispose();
        var memory = DeviceMemory.Open(FilePath, _ledger);
        // A mapping keeps the open file, as the child does that another thread forks at this moment.
        var copy = Libc.Map(0, 4096, Libc.PROT_READ, Libc.MAP_SHARED, memory.Descriptor, 0);
        Assert.NotEqual(Libc.MAP_FAILED, copy);
        memory.Leave();
        try
        {
            NvmDevice.Open(FilePath, _ledger).Dispose();
        }
        finally
        {
            _ = Libc.Unmap(copy, 4096);
        }
    }

    [Fact]
    public void A_directory_is_no_device_to_whoever_makes_opens_or_inspects_one()
    {
        var expected = $"file: {_folder} is a directory; an NVM device is a file";

        Assert.Equal(expected, Assert.Throws<NvmException>(() =>
            NvmDevice.Create(new NvmDeviceOptions { SizeBytes = MiB, FilePath = _folder, DeviceId = Guid.NewGuid() }, _ledger)).Message);
        Assert.Equal(expected, Assert.Throws<NvmException>(() => NvmDevice.Open(_folder, _ledger)).Message);
        Assert.Equal(expected, Assert.Throws<NvmException>(() => DeviceMemory.Open(_folder, _ledger, readOnly: true)).Message);
    }

    [Fact]
    public void A_file_that_is_there_is_not_made_anew()
    {
        Create(MiB).Dispose();

        Assert.Equal($"file: {FilePath} exists already; delete it first, or choose another name",
            Assert.Throws<NvmException>(() => Create(MiB)).Message);
    }

    [Fact]
    public void A_lease_that_outlives_the_device_keeps_the_file_from_others()
    {
        var device = Create(MiB);
        var area = device.Map(device.CreateChild("a", 4096));
        device.Dispose();

        Assert.Contains("in use", Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger)).Message, StringComparison.Ordinal);
        area.Dispose();
        NvmDevice.Open(FilePath, _ledger).Dispose();
    }

    [Fact]
    public void A_file_has_all_its_room_from_the_beginning()
    {
        using var device = Create(16 * MiB);

        Assert.True(AllocatedBytes() >= 16 * MiB, $"{AllocatedBytes()} bytes");
        device.CreateChild("a", 8 * MiB);
        device.DeleteChild("a");
        // What is wiped keeps its room: a store to it later must not find the disk full.
        Assert.True(AllocatedBytes() >= 16 * MiB, $"{AllocatedBytes()} bytes");
    }

    [Fact]
    public void A_disk_that_is_too_small_is_an_error_and_leaves_no_file()
    {
        var free = new DriveInfo(_folder).AvailableFreeSpace / 4096 * 4096;

        var error = Assert.Throws<NvmException>(() => Create(free + (1L << 40)));

        Assert.Contains("the disk has", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_creation_that_fails_later_leaves_no_file_either()
    {
        // The kernel has 47 bits of addresses; the file is refused by the file system or the mapping, whichever comes first.
        Assert.Throws<NvmException>(() => Create(1L << 52));

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Something_that_is_no_device_is_refused_and_left_alone()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var garbage = new byte[random.Next(0, 6) * 4096 + random.Next(2) * random.Next(4096)];
            random.NextBytes(garbage);
            if (round % 3 == 0 && garbage.Length >= 12)
            {
                "MBSA-NVM\u0001\0\0\0"u8.CopyTo(garbage);
            }

            File.WriteAllBytes(FilePath, garbage);
            Assert.Equal("GMB", Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger)).Structure);
            Assert.Equal(garbage, File.ReadAllBytes(FilePath));
        }

        Assert.Throws<NvmException>(() => NvmDevice.Open(_folder, _ledger));
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused_and_left_alone()
    {
        Create(MiB).Dispose();
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length < whole.Length; length += length < 3 * 4096 ? 512 : 4096 * 16)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            var error = Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger));
            Assert.Equal("GMB", error.Structure);
            Assert.Equal(whole[..length], File.ReadAllBytes(FilePath));
        }
    }

    [Fact]
    public void Another_format_version_is_refused_by_its_number_and_left_alone()
    {
        Create(MiB).Dispose();
        var bytes = File.ReadAllBytes(FilePath);
        (bytes[8], bytes[4096 + 8]) = (9, 9);
        File.WriteAllBytes(FilePath, bytes);

        Assert.Equal("GMB: neither copy is valid: its format version is 9; this program reads version 1",
            Assert.Throws<NvmException>(() => NvmDevice.Open(FilePath, _ledger)).Message);
        Assert.Equal(bytes, File.ReadAllBytes(FilePath));
    }

    private NvmDevice Create(long sizeBytes) =>
        NvmDevice.Create(new NvmDeviceOptions { SizeBytes = sizeBytes, DeviceId = Guid.Empty, FilePath = FilePath }, _ledger);

    private long AllocatedBytes()
    {
        using var stat = System.Diagnostics.Process
            .Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", FilePath]) { RedirectStandardOutput = true })!;
        return 512 * long.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
