using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Storage;

public sealed class WearTests
{
    [Fact]
    public void Writes_are_counted_per_block_over_all_sessions_and_after_their_end()
    {
        using var test = VirtualDiskTests.Formatted(4 * 4096);
        using var disk = VirtualDisks.Mount(test.Area);
        using var staying = disk.OpenSession();
        using (var ending = disk.OpenSession())
        {
            ending.Write(0, new byte[4096 * 2 + 1]);
            ending.Write(100, [1]);
        }

        staying.WriteNothing(4095, 2);
        staying.ReadNothing(0, 4 * 4096);
        staying.Read(0, new byte[4 * 4096]);

        var counts = disk.CountWear();
        Assert.Equal([3u, 2, 1, 0], counts.Writes);
        Assert.Equal(new WearSummary("none", 6, 0, 3, 1.5, Math.Sqrt(1.25) / 1.5), disk.SummariseWear());
        staying.Write(3 * 4096, [1]);
        Assert.Equal((1L, 1L), (disk.SummariseWear(counts).Writes, disk.SummariseWear(counts).Max));
    }

    [Fact]
    public void Counts_of_several_threads_lose_nothing()
    {
        using var test = VirtualDiskTests.Formatted(4 * 4096);
        using var disk = VirtualDisks.Mount(test.Area);

        Parallel.For(0, 4, _ =>
        {
            using var session = disk.OpenSession();
            for (var i = 0; i < 20_000; i++)
            {
                session.WriteNothing(0, 4096);
            }
        });

        Assert.Equal(80_000u, disk.CountWear().Writes[0]);
    }

    [Fact]
    public void A_disk_nobody_wrote_to_has_no_variation() =>
        Assert.Equal(new WearSummary("none", 0, 0, 0, 0, 0), WearSummary.Of("none", new WearCounts(new uint[5], 0)));

    [Fact]
    public void A_policy_that_does_not_exist_is_refused_with_those_that_do()
    {
        var error = Assert.Throws<InputException>(() => VirtualDisks.RequiredBytes(4096, "nope"));

        Assert.StartsWith("there is no wear policy 'nope'; there are: none", error.Message, StringComparison.Ordinal);
        Assert.All(WearPolicies.All, policy => Assert.Equal(policy.Name, WearPolicies.Create(policy.Name).Name));
    }

    [Fact]
    public void A_policy_that_moves_every_written_block_keeps_the_data()
    {
        var policy = new MoveAlways();
        const int size = 8 * 4096;
        using var test = new TestArea(DiskGeometry.Plan(size, policy).TotalBytes);
        VirtualDisk.Format(test.Area, size, Guid.Empty, policy);
        using var disk = VirtualDisk.Mount(test.Area, (_, _) => policy);
        using var session = disk.OpenSession();
        var model = new byte[size];
        var bytes = new byte[size];
        var random = new Random(1);
        session.Write(0, model);
        for (var i = 0; i < 500; i++)
        {
            var length = random.Next(1, 10_000);
            var offset = random.Next(size - length);
            random.NextBytes(bytes.AsSpan(0, length));
            bytes.AsSpan(0, length).CopyTo(model.AsSpan(offset));
            session.Write(offset, bytes.AsSpan(0, length));
            session.Read(0, bytes);
            Assert.Equal(model, bytes);
        }

        session.WriteNothing(0, size);
        Assert.NotEqual(Enumerable.Range(0, 8).Select(i => (uint)i), disk.Map);
        Assert.Equal(policy.Ended, disk.SummariseWear().Writes);
        Assert.Equal(policy.Reads, policy.RepeatedReads * 2);
    }

    [Fact]
    public void A_session_whose_lane_cannot_be_opened_keeps_no_memory()
    {
        var policy = new NoLane();
        using var test = new TestArea(DiskGeometry.Plan(4096, policy).TotalBytes); // asserts at its end that nothing is held
        VirtualDisk.Format(test.Area, 4096, Guid.Empty, policy);
        using var disk = VirtualDisk.Mount(test.Area, (_, _) => policy);
        Assert.Throws<InvalidOperationException>(disk.OpenSession);
    }

    /// <summary>A policy that opens no way for a session's writes.</summary>
    private sealed class NoLane : WearPolicy
    {
        public override string Name => "no-lane";

        internal override WearLane OpenLane(NvmLease lease) => throw new InvalidOperationException("no lane");
    }

    /// <summary>The simplest policy that redirects: one spare block, into which every write goes. Lets each read be done twice.</summary>
    private sealed class MoveAlways : WearPolicy
    {
        public int Ended, Reads, RepeatedReads;
        private readonly uint[] _counts = new uint[9];
        private uint[] _map = [];

        public override string Name => "move-always";

        public override long SpareBlocks(long guestBlocks) => 1;

        public override void AddCounts(Span<uint> counts)
        {
            for (var block = 0; block < counts.Length; block++)
            {
                counts[block] += _counts[block];
            }
        }

        public override bool CountsItself => true;

        internal override void Attach(VirtualDisk disk, uint[] counts, long extraWrites) => _map = disk.Map;

        internal override WearLane OpenLane(NvmLease lease) => new Lane(this, _map);

        private sealed class Lane(MoveAlways policy, uint[] map) : WearLane
        {
            private uint _spare = 8;

            public override uint BeginWrite(uint logicalBlock, bool isWhole, out uint from)
            {
                from = map[logicalBlock];
                return _spare;
            }

            public override void EndWrite(uint logicalBlock, uint physicalBlock)
            {
                Assert.Equal(_spare, physicalBlock);
                (map[logicalBlock], _spare) = (_spare, map[logicalBlock]);
                policy._counts[physicalBlock]++;
                policy.Ended++;
            }

            public override uint BeginRead(uint logicalBlock) => ~logicalBlock;

            public override bool ReadHeld(uint logicalBlock, uint ticket)
            {
                Assert.Equal(~logicalBlock, ticket);
                if (policy.Reads++ % 2 == 0)
                {
                    policy.RepeatedReads++;
                    return false;
                }

                return true;
            }
        }
    }
}
