using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

/// <summary>What holds for every wear policy.</summary>
public sealed class WearPolicyContractTests
{
    private const int Blocks = 48;
    private const int Size = Blocks * BlockStorage.BlockBytes;

    public static TheoryData<string, string> Policies => WearDisk.Policies;

    [Theory]
    [MemberData(nameof(Policies))]
    public void Random_histories_read_as_from_an_array_and_over_remounts(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        var model = new byte[Size];
        var random = new Random(7);
        long written = 0;
        for (var mount = 0; mount < 4; mount++)
        {
            using (var session = wear.Disk.OpenSession())
            {
                if (mount == 0)
                {
                    session.Write(0, model);
                    written += Blocks;
                }

                for (var i = 0; i < 800; i++)
                {
                    written += WriteSomething(session, model, random);
                }

                Assert.Equal(model, ReadAll(session));
            }

            var before = wear.Disk.CountWear();
            Assert.Equal(written, before.Writes.Sum(count => (long)count) - before.ExtraWrites);
            RequireInjective(wear.Disk);
            wear.Remount();
            Assert.True(wear.Disk.WasClean);
            Assert.Equal(before.Writes, wear.Disk.CountWear().Writes);
            Assert.Equal(before.ExtraWrites, wear.Disk.CountWear().ExtraWrites);
            using var reader = wear.Disk.OpenSession();
            Assert.Equal(model, ReadAll(reader));
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void What_was_acknowledged_is_there_without_a_clean_end(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        var model = new byte[Size];
        var random = new Random(11);
        using var session = wear.Disk.OpenSession();
        session.Write(0, model);
        for (var crash = 0; crash < 12; crash++)
        {
            for (var i = 0; i < 200; i++)
            {
                WriteSomething(session, model, random);
            }

            using var left = wear.Snapshot();
            using var crashed = VirtualDisks.Mount(left.Area);
            Assert.False(crashed.WasClean);
            using var reader = crashed.OpenSession();
            Assert.Equal(model, ReadAll(reader));
            RequireInjective(crashed);

            // And it can be written to: the recovered log goes on.
            reader.Write(4096, model.AsSpan(0, 4096));
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Four_threads_find_no_wrong_block_and_lose_no_count(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Crc32c);
        Parallel.For(0, 4, thread =>
        {
            using var session = wear.Disk.OpenSession();
            var random = new Random(thread);
            var scratch = new byte[BlockStorage.BlockBytes];
            for (var i = 0; i < 4000; i++)
            {
                // Half of the writes to a few hot blocks, so that they move under the readers.
                var block = random.Next(2) == 0 ? random.Next(3) : random.Next(Blocks);
                if (random.Next(3) > 0)
                {
                    verifier.Write(session, block * 4096L, 4096, scratch);
                }
                else
                {
                    verifier.Read(session, block * 4096L, 4096, scratch);
                }
            }
        });

        using var reader = wear.Disk.OpenSession();
        Assert.Equal(0, verifier.VerifyAll(reader));
        Assert.Null(verifier.FirstWrong);
        RequireInjective(wear.Disk);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Threads_on_parts_of_the_same_blocks_lose_no_byte_and_no_count(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        const int rounds = 4000;
        Parallel.For(0, 4, thread =>
        {
            using var session = wear.Disk.OpenSession();
            var random = new Random(thread);
            Span<byte> mine = stackalloc byte[8];
            var last = new long[Blocks];
            for (var i = 1; i <= rounds; i++)
            {
                // Each thread has eight bytes of its own in every block; no other write may undo or displace them.
                var block = random.Next(4) == 0 ? random.Next(Blocks) : 0;
                var offset = block * 4096L + thread * 1000;
                if (last[block] != 0)
                {
                    session.Read(offset, mine);
                    Assert.Equal(last[block], BitConverter.ToInt64(mine));
                }

                last[block] = i;
                BitConverter.TryWriteBytes(mine, last[block]);
                session.Write(offset, mine);
            }
        });

        var counts = wear.Disk.CountWear();
        Assert.Equal(4 * rounds, counts.Writes.Sum(count => (long)count) - counts.ExtraWrites);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Without_bytes_the_same_is_decided(string policy, string parameters)
    {
        using var full = new WearDisk(policy, parameters, Blocks);
        using var empty = new WearDisk(policy, parameters, Blocks, new MountOptions { CopiesBytes = false });
        using (var with = full.Disk.OpenSession())
        using (var without = empty.Disk.OpenSession())
        {
            var random = new Random(5);
            var block = new byte[4096];
            for (var i = 0; i < 20_000; i++)
            {
                var offset = (random.Next(2) == 0 ? 0 : random.Next(Blocks)) * 4096L;
                with.Write(offset, block);
                without.WriteNothing(offset, 4096);
                without.ReadNothing(offset, 4096);
            }

            Assert.Equal(full.Disk.Map, empty.Disk.Map);
            Assert.Equal(with.TakeWearWork(), without.TakeWearWork());
            Assert.Equal(default, with.TakeWearWork());
        }

        Assert.Equal(full.Disk.CountWear().Writes, empty.Disk.CountWear().Writes);
        Assert.Equal(full.Disk.CountWear().ExtraWrites, empty.Disk.CountWear().ExtraWrites);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_write_that_fails_leaves_the_block_as_it_was_and_free_to_others(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        using var session = wear.Disk.OpenSession();
        session.Write(0, "old"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Write(Size - 1, new byte[2]));
        using var other = wear.Disk.OpenSession();
        other.Write(1, "n"u8);
        var read = new byte[3];
        session.Read(0, read);
        Assert.Equal("ond"u8, read);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_write_allocates_nothing(string policy, string parameters)
    {
        using var wear = new WearDisk(policy, parameters, Blocks);
        using var session = wear.Disk.OpenSession();
        var bytes = new byte[3 * 4096];
        var allocated = new long[4];
        for (var round = 0; round < allocated.Length; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                session.Write(100, bytes.AsSpan(0, 5000));
                session.WriteNothing(8192, 8192);
                session.Read(50, bytes);
            }

            allocated[round] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated.Min()); // the runtime itself may allocate while it compiles what is hot
    }

    private static int WriteSomething(VirtualDiskSession session, byte[] model, Random random)
    {
        var hot = random.Next(3) > 0;
        var length = hot ? random.Next(1, 5000) : random.Next(1, 3) * 4096;
        var offset = hot ? random.Next(6000) : random.Next(Blocks - 2) * 4096;
        random.NextBytes(model.AsSpan(offset, length));
        session.Write(offset, model.AsSpan(offset, length));
        return (offset + length - 1) / 4096 - offset / 4096 + 1;
    }

    private static byte[] ReadAll(VirtualDiskSession session)
    {
        var bytes = new byte[Size];
        session.Read(0, bytes);
        return bytes;
    }

    private static void RequireInjective(VirtualDisk disk)
    {
        Assert.Equal(disk.Map.Length, disk.Map.Distinct().Count());
        Assert.All(disk.Map, physical => Assert.InRange(physical, 0u, (uint)disk.Geometry.DataBlocks - 1));
    }
}
