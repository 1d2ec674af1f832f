using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Tests.Virtio;

/// <summary>
/// A guest that writes what it likes where the rings are, a hundred thousand times: the device must neither throw nor loop nor touch
/// anything but the guest's memory and the guest's disk, and a request of an honest guest beside it must be served as if nothing were.
/// </summary>
public sealed class HostileRingTests
{
    private const int Rings = 120_000;

    [Fact]
    public void A_hundred_thousand_random_rings_harm_nobody() => Bench.OnDisk(disk => Bench.OnDisk(neighboursDisk =>
    {
        var random = new Xoshiro256(20170401);
        var (hostile, honest) = (new RingBench(entries: 16), new RingBench(entries: 16));
        var (device, neighboursDevice) =
            (new BlockDevice(disk, BlockStorage.BlockBytes), new BlockDevice(neighboursDisk, BlockStorage.BlockBytes));
        var faults = new long[Enum.GetValues<RingFault>().Length];
        var (served, failed) = (0L, 0L);
        for (var ring = 0; ring < Rings; ring++)
        {
            hostile.Device.Reset();
            Scribble(hostile, ref random);
            var taken = 0;
            while (hostile.Device.TryTake(out var request))
            {
                Assert.InRange(++taken, 1, 16);
                var status = device.Serve(hostile.Device, request);
                hostile.Device.Complete(request, status, 0);
                (served, failed) = status == BlockStatus.Ok ? (served + 1, failed) : (served, failed + 1);
            }

            hostile.Device.Publish();
            hostile.Device.TryEnableKicks();
            faults[(int)hostile.Device.Fault]++;
            if (ring % 100 == 0)
            {
                ServeHonest(honest, neighboursDevice, ring);
            }
        }

        Assert.All(faults, count => Assert.InRange(count, 100, Rings)); // it was hostile in every way, and now and then in none
        Assert.InRange(served, 1000, long.MaxValue);
        Assert.InRange(failed, 1000, long.MaxValue);
    }));

    private static void ServeHonest(RingBench ring, BlockDevice device, int round)
    {
        var data = ring.Memory.At(RingBench.DataAt, 4096);
        data.Fill((byte)round);
        Serve(isWrite: true);
        data.Clear();
        Serve(isWrite: false);
        Assert.True(data.IndexOfAnyExcept((byte)round) < 0);

        void Serve(bool isWrite)
        {
            ring.Offer("honest", isWrite, sector: (ulong)(round % 64) * 8);
            Assert.True(ring.Device.TryTake(out var request));
            ring.Device.Complete(request, device.Serve(ring.Device, request), 0);
            ring.Device.Publish();
            Assert.Equal("honest", ring.Driver.TakeReturned());
            Assert.Equal((byte)BlockStatus.Ok, ring.Memory.At(RingBench.StatusAt, 1)[0]);
        }
    }

    /// <summary>Writes a ring that is honest but for a few things, so that the device gets past its first checks.</summary>
    private static void Scribble(RingBench ring, ref Xoshiro256 random)
    {
        var layout = ring.Layout;
        var descriptors = 0;
        var chains = (ushort)random.Below(5);
        for (ushort chain = 0; chain < chains; chain++)
        {
            ring.Memory.Write16(layout.AvailableEntry(chain), Rarely(ref random) ? (ushort)random.Next() : (ushort)descriptors);
            var length = Rarely(ref random) ? (int)random.Below(6) + 1 : 3;
            var isWrite = random.Below(2) == 0;
            WriteHeader(ring, chain, isWrite, ref random);
            for (var i = 0; i < length && descriptors < layout.Entries; i++, descriptors++)
            {
                Odd(Honest(chain, i, length, isWrite, descriptors), ref random).Write(ring.Memory, layout, descriptors);
            }
        }

        ring.Memory.Publish16(layout.AvailableIndex, Rarely(ref random) ? (ushort)random.Next() : chains);
        ring.Memory.Write16(layout.UsedEvent, (ushort)random.Next());
        if (random.Below(50) == 0)
        {
            for (var noise = 0; noise < 64; noise++)
            {
                ring.Memory.At((int)random.Below(layout.End), 1)[0] = (byte)random.Next();
            }
        }
    }

    private static void WriteHeader(RingBench ring, int chain, bool isWrite, ref Xoshiro256 random) => BlockRequest.WriteHeader(
        ring.Memory.At(RingBench.HeaderAt + 64 * chain, 16),
        Rarely(ref random) ? (BlockRequestKind)random.Next() : isWrite ? BlockRequestKind.Out : BlockRequestKind.In,
        Rarely(ref random) ? random.Next() : (ulong)random.Below(64 * 8 - 8));

    private static Descriptor Honest(int chain, int i, int length, bool isWrite, int descriptor)
    {
        var next = i + 1 < length ? DescriptorFlags.Next : DescriptorFlags.None;
        return i == 0 ? new Descriptor((ulong)(RingBench.HeaderAt + 64 * chain), 16, next, (ushort)(descriptor + 1))
            : i + 1 == length ? new Descriptor((ulong)(RingBench.StatusAt + 64 * chain), 1, DescriptorFlags.Write, 0)
            : new Descriptor((ulong)(RingBench.DataAt + 4096 * chain), 4096,
                next | (isWrite ? 0 : DescriptorFlags.Write), (ushort)(descriptor + 1));
    }

    private static Descriptor Odd(Descriptor descriptor, ref Xoshiro256 random) => random.Below(40) switch
    {
        0 => descriptor with { Address = random.Next() },
        1 => descriptor with { Address = (ulong)random.Below(RingBench.MemoryBytes + 64) },
        2 => descriptor with { LengthBytes = (uint)random.Next() },
        3 => descriptor with { LengthBytes = (uint)random.Below(4) },
        4 => descriptor with { Flags = (DescriptorFlags)(ushort)random.Next() },
        5 => descriptor with { Flags = (DescriptorFlags)(ushort)random.Below(4) },
        6 => descriptor with { Next = (ushort)random.Next() },
        7 => descriptor with { Flags = descriptor.Flags | DescriptorFlags.Next, Next = (ushort)random.Below(16) },
        _ => descriptor,
    };

    private static bool Rarely(ref Xoshiro256 random) => random.Below(20) == 0;
}
