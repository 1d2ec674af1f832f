using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.PowerFailure;

/// <summary>
/// A store that fails in the middle of a write, as one would behind a protection that the kernel refuses:
/// who writes hears of it, and nobody else is harmed.
/// </summary>
public sealed class FailedWriteTests
{
    private const int GuestBlocks = 12;

    [Theory]
    [InlineData("due-time", "q=16 t=1")]
    [InlineData("due-time", "q=16 t=1 atomic")]
    [InlineData("threshold", "threshold=1 unit=4")]
    [InlineData("start-gap", "psi=8")]
    public async Task A_write_that_fails_keeps_neither_a_lock_nor_a_block(string policy, string parameters)
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        var childBytes = VirtualDisks.RequiredBytes(GuestBlocks * 4096L, policy, parameters);
        using (var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = childBytes + (1 << 20), DeviceId = Guid.Empty, PowerFailures = model }, ledger))
        using (var area = device.Map(device.CreateChild("disk", childBytes)))
        {
            VirtualDisks.Format(area, GuestBlocks * 4096L, Guid.Empty, policy, parameters);
            using var disk = VirtualDisks.Mount(area);

            // If a lock or all spares were kept, the next write would wait for ever.
            await Task.Run(() => Write(disk, model)).WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Theory]
    [InlineData("none", "")]
    [InlineData("due-time", "")]
    public void An_end_that_fails_at_any_of_its_fences_keeps_no_memory(string policy, string parameters)
    {
        var failsAt = 0;
        for (var isEnded = false; !isEnded;)
        {
            failsAt++;
            var ledger = new MemoryLedger();
            var model = new PowerFailureModel();
            var childBytes = VirtualDisks.RequiredBytes(GuestBlocks * 4096L, policy, parameters);
            using (var device = NvmDevice.Create(new NvmDeviceOptions
            { SizeBytes = childBytes + (1 << 20), DeviceId = Guid.Empty, PowerFailures = model }, ledger))
            using (var area = device.Map(device.CreateChild("disk", childBytes)))
            {
                VirtualDisks.Format(area, GuestBlocks * 4096L, Guid.Empty, policy, parameters);
                var disk = VirtualDisks.Mount(area);
                var session = disk.OpenSession();
                session.Write(0, new byte[4096]);
                disk.Dispose();

                var fences = 0;
                model.FenceReached = () => _ = ++fences == failsAt ? throw new IOException("no more") : 0;
                isEnded = Record.Exception(session.Dispose) is not IOException; // the last to go ends the disk
                model.FenceReached = null;
                disk.Dispose();
                VirtualDisks.Mount(area).Dispose();
            }

            Assert.True(ledger.IsEmpty, $"fence {failsAt}: {ledger.Describe()}");
        }

        Assert.InRange(failsAt, 3, int.MaxValue);
    }

    private static void Write(VirtualDisk disk, PowerFailureModel model)
    {
        var written = new byte[4096];
        var read = new byte[4096];
        using VirtualDiskSession one = disk.OpenSession(), other = disk.OpenSession();
        for (var round = 1; round <= 400; round++)
        {
            written.AsSpan().Fill((byte)round);
            other.Write(4096, written);

            // The first fence of a write follows its data, whether they went to their own place or to another.
            model.FenceReached = () => throw new IOException("no more");
            Assert.Throws<IOException>(() => one.Write(4096, new byte[4096]));
            model.FenceReached = null;

            other.Write(4096, written);
            other.Read(4096, read);
            Assert.Equal(written, read);
        }

        other.TakeWearWork();
        for (var i = 0; i < 200; i++)
        {
            other.Write(4096, written);
        }

        Assert.True(other.TakeWearWork().Records > 1, "nothing is levelled any more: the blocks that failed writes had are gone");
    }

    [Fact]
    public void After_a_change_of_the_map_that_failed_nobody_writes_until_the_next_mount()
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        const string policy = "due-time", parameters = "atomic";
        var childBytes = VirtualDisks.RequiredBytes(GuestBlocks * 4096L, policy, parameters);
        byte[] before = [.. Enumerable.Repeat((byte)1, 4096)], after = [.. Enumerable.Repeat((byte)2, 4096)], read = new byte[4096];
        using (var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = childBytes + (1 << 20), DeviceId = Guid.Empty, PowerFailures = model }, ledger))
        using (var area = device.Map(device.CreateChild("disk", childBytes)))
        {
            VirtualDisks.Format(area, GuestBlocks * 4096L, Guid.Empty, policy, parameters);
            using (var disk = VirtualDisks.Mount(area))
            using (VirtualDiskSession one = disk.OpenSession(), other = disk.OpenSession())
            {
                one.Write(0, before);

                // The second fence of a redirected write is that of its record.
                var fences = 0;
                model.FenceReached = () => _ = ++fences == 2 ? throw new IOException("no more") : 0;
                Assert.Throws<IOException>(() => one.Write(0, after));
                model.FenceReached = null;

                Assert.Equal("wear log", Assert.Throws<NvmException>(() => one.Write(0, after)).Structure);
                Assert.Equal("wear log", Assert.Throws<NvmException>(() => other.Write(4096, after)).Structure);
                other.Read(0, read);
                Assert.Equal(before, read);
            }

            using var again = VirtualDisks.Mount(area);
            using var session = again.OpenSession();
            Assert.False(again.WasClean);
            session.Read(0, read);
            Assert.True(read.AsSpan().SequenceEqual(before) || read.AsSpan().SequenceEqual(after));
            session.Write(0, after);
            session.Read(0, read);
            Assert.Equal(after, read);
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }
}
