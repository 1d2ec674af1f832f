using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

/// <summary>What keeps a write in place, which takes no lock, and a block that moves apart.</summary>
public sealed class WriteLatchTests : IDisposable
{
    private const int Blocks = 32;
    private const int Hot = 3;

    private readonly WearDisk _wear = new("due-time", "q=16 t=1", Blocks);
    private readonly NvmLease _lease;
    private readonly LevellingPolicy _policy;
    private readonly LevellingLane _one, _other;

    public WriteLatchTests()
    {
        (_lease, _policy) = (_wear.Test.Area.Lease(), (LevellingPolicy)_wear.Disk.Policy);
        (_one, _other) = ((LevellingLane)_policy.OpenLane(_lease)!, (LevellingLane)_policy.OpenLane(_lease)!);
    }

    private uint[] Map => _wear.Disk.Map;

    private long Relocations => _wear.Disk.Policy.ExtraWrites;

    public void Dispose()
    {
        _one.End();
        _other.End();
        _lease.Dispose();
        _wear.Dispose();
    }

    [Fact]
    public void An_ordinary_write_takes_no_lock()
    {
        var place = _one.BeginWrite(Hot, isWhole: false, out var from);
        Assert.Equal((Map[Hot], Map[Hot], true), (place, from, _one.IsInside));

        // Nor does another one to the same block.
        _other.CountWrite(Hot);
        _one.EndWrite(Hot, place);
        Assert.False(_one.IsInside);
        Assert.False(_other.IsInside);
    }

    [Fact]
    public void No_block_moves_while_somebody_is_inside_and_nobody_waits_for_him()
    {
        var place = _other.BeginWrite(0, isWhole: true, out _);
        WriteUntil(() => _policy.Latch.Waiting > 0);
        for (var write = 0; write < 100; write++)
        {
            _one.CountWrite(Hot);
        }

        Assert.Equal((0, false), (Relocations, _policy.Latch.IsOpen));
        _other.EndWrite(0, place);
        _one.CountWrite(Hot);
        Assert.InRange(Relocations, 1, 16);
        Assert.True(_policy.Latch.IsOpen);
    }

    [Fact]
    public void Who_comes_too_late_for_the_work_leaves_the_gate_open()
    {
        var place = _other.BeginWrite(0, isWhole: true, out _);
        _policy.Work(_one);
        Assert.True(_policy.Latch.IsOpen);
        _other.EndWrite(0, place);
    }

    [Fact]
    public void While_blocks_are_about_to_move_everybody_comes_by_the_locks()
    {
        var place = _other.BeginWrite(0, isWhole: true, out _);
        WriteUntil(() => _policy.Latch.Waiting > 0);
        _one.CountWrite(Hot);

        var locked = _one.BeginWrite(1, isWhole: true, out _);
        Assert.False(_one.IsInside);
        _one.EndWrite(1, locked);
        _other.EndWrite(0, place);
    }

    [Fact]
    public void A_part_of_a_block_goes_elsewhere_only_when_nobody_is_inside()
    {
        WriteUntil(() => IsDue(Hot));
        var place = _other.BeginWrite(0, isWhole: true, out _);

        var (before, to) = (Map[Hot], _one.BeginWrite(Hot, isWhole: false, out _));
        Assert.Equal(before, to);
        _one.EndWrite(Hot, to);
        Assert.True(_policy.Latch.IsOpen);
        _other.EndWrite(0, place);

        WriteUntil(() => IsDue(Hot));
        to = _one.BeginWrite(Hot, isWhole: false, out var from);
        Assert.NotEqual(before, to);
        Assert.Equal(before, from);

        // Until it is done the gate is shut: a part that somebody else writes in place would be left behind.
        Assert.False(_policy.Latch.IsOpen);
        _one.EndWrite(Hot, to);
        Assert.True(_policy.Latch.IsOpen);
        Assert.Equal(to, Map[Hot]);
    }

    [Fact]
    public void A_whole_block_goes_elsewhere_at_once_and_what_it_leaves_is_not_used_while_somebody_writes_there()
    {
        WriteUntil(() => IsDue(Hot), _other);
        var left = Map[Hot];
        var place = _one.BeginWrite(Hot, isWhole: true, out _);
        Assert.Equal(left, place);
        WriteUntil(() => Map[Hot] != left, _other);

        WriteUntil(() => _policy.Latch.Waiting > 0, _other);
        for (var write = 0; write < 1000; write++)
        {
            _other.CountWrite((uint)(write % Blocks));
        }

        Assert.DoesNotContain(left, Map);
        _one.EndWrite(Hot, place);
        WriteUntil(() => Map.Contains(left), _other);
    }

    [Fact]
    public void Nobody_writes_in_place_while_the_gate_is_held_however_the_processors_order_it()
    {
        var (isHeld, isOver, wrong, inPlace, holds) = (false, false, 0, 0, 0);
        var writer = new Thread(() =>
        {
            for (uint block = 0; !Volatile.Read(ref isOver); block = (block + 1) % Blocks)
            {
                var place = _other.BeginWrite(block, isWhole: true, out _);
                if (_other.IsInside)
                {
                    inPlace++;
                    wrong += Volatile.Read(ref isHeld) ? 1 : 0;
                }

                _other.AbandonWrite(block, place);
            }
        });
        writer.Start();
        for (var attempt = 0; attempt < 600_000; attempt++)
        {
            if (_policy.Latch.TryHold([_one, _other], _one, isAskedAgain: attempt % 2 == 0))
            {
                holds++;
                Volatile.Write(ref isHeld, true);
                Thread.SpinWait(attempt % 8);
                Volatile.Write(ref isHeld, false);
                _policy.Latch.Release();
            }

            Thread.SpinWait(attempt % 16);
        }

        Volatile.Write(ref isOver, true);
        writer.Join();
        Assert.Equal(0, wrong);
        Assert.True(holds > 1000 && inPlace > 1000, $"{holds} holds, {inPlace} writes in place: they hardly met");
    }

    [Theory]
    [MemberData(nameof(WearDisk.Policies), MemberType = typeof(WearDisk))]
    public void Sessions_that_take_turns_decide_as_one(string policy, string parameters)
    {
        using var alone = new WearDisk(policy, parameters, Blocks, new MountOptions { CopiesBytes = false, SessionsTakeTurns = true });
        using var shared = new WearDisk(policy, parameters, Blocks, new MountOptions { CopiesBytes = false, SessionsTakeTurns = true });
        using var single = alone.Disk.OpenSession();
        VirtualDiskSession[] sessions = [.. Enumerable.Range(0, 3).Select(_ => shared.Disk.OpenSession())];
        var random = new Random(3);
        for (var write = 0; write < 10_000; write++)
        {
            var offset = (random.Next(2) == 0 ? random.Next(Blocks) : Hot) * 4096L;
            single.WriteNothing(offset, 4096);
            sessions[policy == "start-gap" ? 0 : write % 3].WriteNothing(offset, 4096); // its steps are counted for each session
        }

        Assert.Equal(alone.Disk.Map, shared.Disk.Map);
        Assert.Equal(alone.Disk.CountWear().Writes, shared.Disk.CountWear().Writes);
        Array.ForEach(sessions, session => session.Dispose());
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(2, 1000)]
    [InlineData(4, 77)]
    [InlineData(8, 300)]
    public void A_block_that_several_sessions_write_stays_near_the_mean(int sessions, int burst)
    {
        const int q = 128, t = 64;
        using var wear = new WearDisk("due-time", $"q={q} t={t}", 256, new MountOptions { CopiesBytes = false });
        VirtualDiskSession[] writers = [.. Enumerable.Range(0, sessions).Select(_ => wear.Disk.OpenSession())];
        var (random, writer, done) = (new Random(5), writers[0], 0);
        for (var round = 0; round < 2000; round++)
        {
            for (var write = 0; write < 97; write++)
            {
                writer = done++ % burst == 0 ? writers[random.Next(sessions)] : writer;
                writer.WriteNothing(5 * 4096, 4096);
            }

            // The first stay is allotted as each session begins: the whole of it to the first, a half to the next, a third ...
            var most = Math.Max(q * Enumerable.Range(1, sessions).Sum(i => 1.0 / i),
                t + q / 4.0 + (sessions - 1) * Math.Max(q / 8.0, q / (double)sessions)) + 1;
            var summary = wear.Disk.SummariseWear();
            Assert.True(summary.Max - summary.Mean <= most, $"after {round}: {summary.Max} against {summary.Mean}");
            Assert.InRange(summary.ExtraWrites, 0, (summary.Writes - summary.ExtraWrites) / q);
        }

        Array.ForEach(writers, session => session.Dispose());
    }

    [Fact]
    public void A_block_reported_hot_again_and_again_is_swapped_once()
    {
        using var wear = new WearDisk("threshold", "threshold=1 unit=16", Blocks, new MountOptions { CopiesBytes = false });
        using VirtualDiskSession one = wear.Disk.OpenSession(), other = wear.Disk.OpenSession();
        for (var write = 0; wear.Disk.Policy.ExtraWrites == 0; write++)
        {
            Assert.True(write < 100_000, "nothing was ever swapped");
            (write % 2 == 0 ? one : other).WriteNothing(write / 2 % 2 * 4096, 4096);
        }

        // Two blocks are hot, a swap is two writes; the eight reports that had come together by then were of these two.
        Assert.Equal(4, wear.Disk.Policy.ExtraWrites);
    }

    [Fact]
    public void A_session_goes_on_where_one_that_ended_counted()
    {
        using var wear = new WearDisk("due-time", "", Blocks, new MountOptions { CopiesBytes = false });
        for (var life = 1; life <= 5; life++)
        {
            using VirtualDiskSession one = wear.Disk.OpenSession(), other = wear.Disk.OpenSession();
            one.WriteNothing(Hot * 4096, 4096);
            other.WriteNothing(Hot * 4096, 4096);
            Assert.Equal(2u * (uint)life, wear.Disk.CountWear().Writes[Hot]);
        }

        // 8 bytes a block for each: they must not be more with every restart of a VCPU.
        var tally = ((LevellingPolicy)wear.Disk.Policy).Blocks.Tally;
        var share = tally.Begin();
        tally.End(share);
        Assert.Same(share, tally.Begin());
        tally.End(share);
    }

    private bool IsDue(uint block) => _policy.Blocks.Tally.IsDue(Map[block]);

    private void WriteUntil(Func<bool> reached, LevellingLane? lane = null)
    {
        for (var write = 0; !reached(); write++)
        {
            Assert.True(write < 100_000, "it never came to that");
            (lane ?? _one).CountWrite(Hot);
        }
    }
}
