using System.Runtime.InteropServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Tests.Devices;

/// <summary>
/// A mapped child device that cannot grow after all: the blocks it was to have are free again, and must not be reached through its area.
/// </summary>
public sealed class FailedGrowthTests
{
    private const long MiB = 1 << 20;
    private const int Block = 4096;

    [Fact]
    public void Pages_that_get_no_memory_are_not_behind_the_area_when_others_have_their_blocks()
    {
        using var test = new TestDevice(8 * MiB, inFile: true);
        var child = test.Device.CreateChild("a", MiB);
        using var area = test.Device.Map(child, prefault: true);
        var (free, mapped) = (test.Device.FreeBytes, test.Ledger.MappedBytes);

        // While it wants to grow its file ends behind it: the kernel has no memory for what a file does not have.
        var file = Libc.Open(test.Path!, Libc.O_RDWR, 0);
        Assert.Equal(0, Libc.Truncate(file, child.Extents[^1].EndBlock * Block + child.PageTableBytes));
        var error = Assert.Throws<NvmException>(() => test.Device.ResizeChild("a", 3 * MiB));
        Assert.Equal(0, Libc.Truncate(file, 8 * MiB));
        Assert.Equal(0, Libc.Close(file));

        Assert.Contains("cannot give memory", error.Message, StringComparison.Ordinal);
        Assert.Equal((free, MiB), (test.Device.FreeBytes, area.LengthBytes));
        using (var next = test.Device.Map(test.Device.CreateChild("next", 4 * MiB)))
        using (var lease = next.Lease())
        {
            var bytes = new byte[4 * MiB];
            Array.Fill(bytes, (byte)0xCC);
            lease.Write(0, bytes);
            for (var offset = MiB; offset < 3 * MiB; offset += Block)
            {
                Assert.Equal(0, Marshal.ReadByte(area.FirstAddress + (nint)offset));
            }
        }

        Assert.Equal(mapped, test.Ledger.MappedBytes);
        Assert.Equal(3 * MiB, test.Device.ResizeChild("a", 3 * MiB).SizeBytes);
    }

    [Fact]
    public void Pages_that_cannot_be_shut_are_not_behind_the_area()
    {
        using var test = new TestDevice(8 * MiB);
        var child = test.Device.CreateChild("a", MiB);
        var grown = test.Device.ResizeChild("a", 3 * MiB);
        var memory = DeviceMemory.Create(8 * MiB, null, test.Ledger);
        using var area = NvmArea.Map(child, memory, prefault: false, test.Ledger, _ => new ShutsOnce(), gate: null, _ => { });
        memory.Leave(); // the area has it
        var mapped = test.Ledger.MappedBytes;

        Assert.Throws<NvmException>(() => area.MapBehind(grown));

        Assert.Equal((mapped, MiB), (test.Ledger.MappedBytes, area.LengthBytes));
    }

    /// <summary>A protection that the kernel refuses after its first stretch.</summary>
    private sealed class ShutsOnce : AreaProtection
    {
        private bool _hasShut;

        public override void Shut(AddressRange range, long offsetBytes, long lengthBytes) =>
            _hasShut = _hasShut ? throw new NvmException("protection", "no more") : true;

        public override AccessGate MakeGate() => throw new NotSupportedException();
    }
}
