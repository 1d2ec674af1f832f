using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.PowerFailure;

/// <summary>
/// A record of the wear log fails after its bytes were stored.
/// The next mount may find it, so nothing may be done any more that it would make undone.
/// </summary>
public sealed class FailedRecordTests : IDisposable
{
    private const int GuestBlocks = 12, BlockBytes = BlockStorage.BlockBytes;

    private readonly MemoryLedger _ledger = new();
    private readonly PowerFailureModel _model = new();
    private NvmDevice? _device;
    private NvmArea? _area;

    public void Dispose()
    {
        _model.FenceReached = null;
        _area?.Dispose();
        _device?.Dispose();
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }

    [Fact]
    public void A_write_that_waited_for_a_block_whose_move_failed_is_refused_and_not_lost()
    {
        var area = Format("start-gap", "psi=8");
        byte[] before = new byte[BlockBytes], after = new byte[BlockBytes], read = new byte[BlockBytes];
        before.AsSpan().Fill(1);
        after.AsSpan().Fill(2);
        uint moved;
        using (var disk = VirtualDisks.Mount(area))
        using (VirtualDiskSession one = disk.OpenSession(), other = disk.OpenSession())
        {
            var gap = Enumerable.Range(0, GuestBlocks + 1).First(place => !disk.Map.Contains((uint)place));
            moved = (uint)Array.IndexOf(disk.Map, (uint)(gap == 0 ? GuestBlocks : gap - 1));
            for (var write = 0; write < 8 * 8; write++) // eight steps are done at once where others may be writing
            {
                one.Write(moved * BlockBytes, before);
            }

            // The next write moves the block before the gap. While its record fails the other session waits for the block,
            // having seen that no work waits.
            Exception? refused = null;
            var waiting = new Thread(() => refused = Record.Exception(() => other.Write(moved * BlockBytes, after)));
            FailAtFence(2, () =>
            {
                waiting.Start();
                SpinWait.SpinUntil(() => waiting.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(10));
                Thread.Sleep(100);
            });
            Assert.Throws<IOException>(() => one.Write(0, before));
            waiting.Join();
            Assert.Equal("wear log", Assert.IsType<NvmException>(refused).Structure);
        }

        using var again = VirtualDisks.Mount(area);
        using var session = again.OpenSession();
        session.Read(moved * BlockBytes, read);
        Assert.Equal(before, read);
    }

    [Fact]
    public void No_record_follows_one_that_failed()
    {
        using var lease = Format("due-time", "q=16 t=1").Lease();
        var disk = SuperBlock.Load(lease) with { IsClean = false };
        var log = new WearLog(disk, FirstMap(), wear: null);
        FailAtFence(1);
        Assert.Throws<IOException>(() => log.Append(lease, 3, GuestBlocks));
        _model.FenceReached = null;

        Assert.Equal("wear log", Assert.Throws<NvmException>(() => log.Append(lease, 4, GuestBlocks + 1)).Structure);

        var found = FirstMap();
        new WearLog(disk, found, wear: null).Recover(lease);
        Assert.Equal(4u, found[4]);
    }

    [Fact]
    public void A_line_of_the_map_whose_fence_failed_is_written_again()
    {
        using var lease = Format("due-time", "q=16 t=1").Lease();
        var disk = SuperBlock.Load(lease);
        var wear = new MetadataWear(disk.Geometry);
        var log = new WearLog(disk, FirstMap(), wear);
        _model.FenceReached = () => _ = wear.WorstOfVdmt > 0 ? throw new IOException("no more") : 0;
        var next = 0u;
        Assert.Throws<IOException>(AppendUntilFull);
        _model.FenceReached = null;
        Assert.Equal(1u, wear.WorstOfVdmt);

        log.Close(lease);

        Assert.Equal(2u, wear.WorstOfVdmt);

        // The record for which the ring has no room has lines of the VDMT written first.
        void AppendUntilFull()
        {
            while (wear.WorstOfVdmt == 0)
            {
                log.Append(lease, 0, GuestBlocks + next++ % 2);
            }
        }
    }

    [Fact]
    public void The_place_that_a_failed_record_may_name_is_nobodys_spare()
    {
        var area = Format("due-time", "q=16 t=1");
        uint[] before;
        HashSet<uint> spares = [];
        using (var disk = VirtualDisks.Mount(area))
        {
            var policy = (LevellingPolicy)disk.Policy;
            using (var session = disk.OpenSession())
            {
                for (var write = 0; write < 200 || policy.Latch.Waiting == 0; write++)
                {
                    session.Write(0, [1]);
                }

                // Some blocks are worn and hold data again, and one waits for its refill, which fences the data and then the record.
                before = [.. disk.Map];
                FailAtFence(2);
                Assert.Throws<IOException>(() => session.Write(0, [1]));
                _model.FenceReached = null;
            }

            using var lease = area.Lease();
            var lane = (LevellingLane)policy.OpenLane(lease)!;
            foreach (var place in before)
            {
                for (var spare = policy.Look(lane, 0, place, isWhole: true);
                    spare != place; spare = policy.Look(lane, 0, place, isWhole: true))
                {
                    spares.Add(spare);
                }
            }
        }

        Assert.NotEmpty(spares);
        using var again = VirtualDisks.Mount(area);
        Assert.DoesNotContain(Assert.Single(again.Map.Except(before)), spares);
    }

    [Fact]
    public void Nothing_is_moved_after_a_record_that_failed()
    {
        var area = Format("due-time", "q=16 t=1");
        using var disk = VirtualDisks.Mount(area);
        using var lease = area.Lease();
        var log = new WearLog(disk.SuperBlock, disk.Map, wear: null);
        var blocks = new LevelledBlocks(disk, log, new WriteLatch(), new uint[disk.Geometry.DataBlocks], persistInterval: 128);
        var lane = new LevellingLane((LevellingPolicy)disk.Policy, blocks, lease);
        var place = (disk.Geometry.DataFirstBlock + GuestBlocks) * BlockBytes;
        lease.Write(disk.Geometry.DataFirstBlock * BlockBytes, [1, 1, 1, 1]);
        lease.Write(place, [7, 7, 7, 7]);
        FailAtFence(1);
        Assert.Throws<IOException>(() => log.Append(lease, 3, GuestBlocks));
        _model.FenceReached = null;

        Assert.Equal("wear log", Assert.Throws<NvmException>(() => blocks.Relocate(lane, 0, 0, GuestBlocks)).Structure);

        Assert.Equal([7, 7, 7, 7], lease.View(place, 4).ToArray());
        disk.LosePower();
    }

    [Fact]
    public async Task Who_waits_for_a_spare_hears_of_a_record_that_failed()
    {
        var area = Format("due-time", "atomic");
        using var disk = VirtualDisks.Mount(area);
        using var lease = area.Lease();
        var policy = (LevellingPolicy)disk.Policy;
        LevellingLane[] lanes = [.. Enumerable.Range(0, (int)disk.Geometry.SpareBlocks + 1)
            .Select(_ => (LevellingLane)policy.OpenLane(lease)!)];
        foreach (var lane in lanes[1..])
        {
            policy.Work(lane);
        }

        var waiting = Task.Run(() => Assert.Throws<NvmException>(() => policy.Work(lanes[0])));
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        FailAtFence(1);
        Assert.Throws<IOException>(() => lanes[1].CountWrite(0));
        _model.FenceReached = null;

        Assert.Equal("wear log", (await waiting.WaitAsync(TimeSpan.FromSeconds(60))).Structure);
        disk.LosePower();
    }

    private static uint[] FirstMap() => [.. Enumerable.Range(0, GuestBlocks).Select(block => (uint)block)];

    private NvmArea Format(string policy, string parameters)
    {
        var childBytes = VirtualDisks.RequiredBytes(GuestBlocks * (long)BlockBytes, policy, parameters);
        _device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = childBytes + (1 << 20), DeviceId = Guid.Empty, PowerFailures = _model }, _ledger);
        _area = _device.Map(_device.CreateChild("disk", childBytes));
        VirtualDisks.Format(_area, GuestBlocks * (long)BlockBytes, Guid.Empty, policy, parameters);
        return _area;
    }

    /// <summary>Lets a fence from now on fail: the stores before it were made, and nobody knows whether they last.</summary>
    private void FailAtFence(int number, Action? first = null)
    {
        var fences = 0;
        _model.FenceReached = () =>
        {
            if (++fences == number)
            {
                first?.Invoke();
                throw new IOException("no more");
            }
        };
    }
}
