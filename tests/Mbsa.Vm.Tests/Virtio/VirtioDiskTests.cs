using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Virtio;

public sealed class VirtioDiskTests
{
    [Theory]
    [InlineData(IoPath.VhostBio, 1)]
    [InlineData(IoPath.VirtioMq, 3)]
    public void Vcpus_share_one_queue_or_have_one_each_and_the_io_thread_serves_them_all(IoPath path, int queues)
    {
        using var bench = new VirtioBench(path, new Bench.Notebook(), 0, [Job(1)], [Job(4)], [Job(2)]);
        Assert.Equal(queues, bench.Disk.Queues.Length);
        Assert.All(bench.Disk.FrontEnds, f => Assert.Same(bench.Disk.Queues[queues == 1 ? 0 : f.Vcpu], f.Queue));
        Assert.Equal(queues == 1, bench.Disk.Queues[0].IsShared);
        bench.Play(3000);
        Assert.All(Enumerable.Range(0, 3), vcpu => Assert.InRange(bench.Operations(vcpu), 50, long.MaxValue));
        Assert.Equal(0, bench.Operations(3)); // the I/O thread counts time, and no I/Os of its own
        Assert.InRange(bench.Records[3].Counters.StorageNs, 1, long.MaxValue);
    }

    [Theory]
    [InlineData(IoPath.VhostBio)]
    [InlineData(IoPath.VirtioMq)]
    public void Nothing_is_allocated_on_the_way_of_an_io(IoPath path) => Bench.OnDisk(disk =>
    {
        using var bench = new VirtioBench(path, new Borrowed(disk), BlockStorage.BlockBytes, [Job(1), Job(8)], [Job(8)]);
        bench.Play(3000);
        var (before, operationsBefore) = (GC.GetAllocatedBytesForCurrentThread(), bench.Operations(0) + bench.Operations(1));
        bench.Play(3000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(bench.Operations(0) + bench.Operations(1) - operationsBefore, 200, long.MaxValue);
    });

    [Theory]
    [MemberData(nameof(DeviceQueueTestsChains))]
    public void A_queue_that_a_guest_broke_is_reset_and_the_other_queue_never_noticed(int descriptor, Descriptor broken)
    {
        using var bench = new VirtioBench(IoPath.VirtioMq, new Bench.Notebook(), 0, [Job(4)], [Job(4)]);
        bench.Play(500);
        var (hostile, honest) = (bench.Disk.Queues[0], bench.Operations(1));
        for (var round = 0; round < 200 && hostile.Device.Fault == RingFault.None; round++)
        {
            Break(bench, descriptor, broken);
            bench.Play(1);
        }

        Assert.NotEqual(RingFault.None, hostile.Device.Fault);
        bench.Play(500);
        Assert.Equal([0], bench.Failures.Keys); // its own VCPU learns of it, and nobody else
        Assert.Contains("the disk has to be reset", bench.Failures[0].Message, StringComparison.Ordinal);
        Assert.InRange(bench.Operations(1), honest + 50, long.MaxValue);
        var before = bench.Operations(0);
        bench.Replace(0, bench.Vcpu(0, [Job(4)], bench.NowNs));
        bench.Play(500);
        Assert.Empty(bench.Failures);
        Assert.Equal(RingFault.None, hostile.Device.Fault);
        Assert.InRange(bench.Operations(0), before + 50, long.MaxValue);
    }

    public static TheoryData<int, Descriptor> DeviceQueueTestsChains => new()
    {
        { 1, new Descriptor(0, 4096, DescriptorFlags.Next | DescriptorFlags.Write, 1) },
        { 1, new Descriptor(ulong.MaxValue - 5, 4096, DescriptorFlags.Next | DescriptorFlags.Write, 2) },
        { 0, new Descriptor(0, 15, DescriptorFlags.Next, 1) },
    };

    [Fact]
    public void A_shared_queue_that_was_broken_is_reset_for_all_who_share_it()
    {
        using var bench = new VirtioBench(IoPath.VhostBio, new Bench.Notebook(), 0, [Job(4)], [Job(4)]);
        bench.Play(500);
        Assert.False(bench.Disk.Queues[0].Device.Fault != RingFault.None);
        for (var round = 0; round < 200 && bench.Disk.Queues[0].Device.Fault == RingFault.None; round++)
        {
            Break(bench, 0, new Descriptor(0, 16, DescriptorFlags.Next | DescriptorFlags.Indirect, 1));
            bench.Play(1);
        }

        bench.Play(500);
        Assert.Equal([0, 1], bench.Failures.Keys.Order());
        var before = (bench.Operations(0), bench.Operations(1));
        bench.Replace(1, bench.Vcpu(1, [Job(4)], bench.NowNs));
        bench.Play(20);
        bench.Replace(0, bench.Vcpu(0, [Job(4)], bench.NowNs));
        bench.Play(1000);
        Assert.Empty(bench.Failures);
        Assert.True(bench.Operations(0) > before.Item1 + 50 && bench.Operations(1) > before.Item2 + 50);
    }

    [Fact]
    public void An_io_thread_that_failed_is_taken_over_from_and_no_request_is_forgotten()
    {
        using var bench = new VirtioBench(IoPath.VirtioMq, new Bench.Notebook(),
            0, [Job(8) with { TimeBased = false, IoSizeBytes = 2000 * 4096 }]);
        for (var failure = 0; failure < 50; failure++)
        {
            bench.Play(9 + failure % 5);
            bench.Replace(1, new IoThread(bench.Disk, new Bench.Notebook(), 0, bench.Records[1], 0, default, bench.NowNs));
        }

        bench.Play(20_000);
        Assert.Equal(2000, bench.Operations(0));
    }

    [Fact]
    public void A_request_that_fails_is_its_vcpus_failure()
    {
        var job = Job(2) with { Size = new Extent(Bench.DiskBytes) };
        using var bench = new VirtioBench(IoPath.VhostBio, new Shrunk(), 0, [job]);
        bench.Play(5000);
        Assert.Contains("the disk answered IoError", bench.Failures[0].Message, StringComparison.Ordinal);
    }

    private static JobSpec Job(int depth) => Bench.Job(IoPattern.RandReadWrite) with
    {
        Engine = depth == 1 ? IoEngine.Synchronous : IoEngine.Asynchronous,
        IoDepth = depth,
    };

    /// <summary>Overwrites a descriptor of every chain of the first queue, as a guest can whenever it likes.</summary>
    private static void Break(VirtioBench bench, int descriptor, Descriptor broken)
    {
        var queue = bench.Disk.Queues[0];
        for (ushort chain = 0; chain < queue.Layout.Entries / 3; chain++)
        {
            broken.Write(queue.Memory, queue.Layout, chain * 3 + descriptor);
        }
    }

    /// <summary>A disk that stays its owner's.</summary>
    private sealed class Borrowed(BlockStorage disk) : BlockStorage
    {
        public override long SizeBytes => disk.SizeBytes;

        public override void Read(long offsetBytes, Span<byte> destination) => disk.Read(offsetBytes, destination);

        public override void Write(long offsetBytes, ReadOnlySpan<byte> source) => disk.Write(offsetBytes, source);

        public override void ReadNothing(long offsetBytes, int lengthBytes) => disk.ReadNothing(offsetBytes, lengthBytes);

        public override void WriteNothing(long offsetBytes, int lengthBytes) => disk.WriteNothing(offsetBytes, lengthBytes);

        public override void Dispose()
        {
        }
    }

    /// <summary>A disk of half the size that the guest was told.</summary>
    private sealed class Shrunk : BlockStorage
    {
        public override long SizeBytes => Bench.DiskBytes / 2;

        public override void Read(long offsetBytes, Span<byte> destination)
        {
        }

        public override void Write(long offsetBytes, ReadOnlySpan<byte> source)
        {
        }

        public override void ReadNothing(long offsetBytes, int lengthBytes)
        {
        }

        public override void WriteNothing(long offsetBytes, int lengthBytes)
        {
        }

        public override void Dispose()
        {
        }
    }
}
