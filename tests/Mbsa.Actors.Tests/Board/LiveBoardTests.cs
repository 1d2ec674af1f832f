using Mbsa.Actors.Board;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Tests.Board;

public sealed class LiveBoardTests
{
    private long _nowNs;
    private readonly LiveBoard _board;

    public LiveBoardTests() => _board = new LiveBoard([Lab.Vm("a"), Lab.Vm("b")], () => _nowNs);

    [Fact]
    public void A_snapshot_sums_up_what_the_vcpus_counted_latencies_included()
    {
        VcpuRecord first = new(), second = new();
        (first.Counters.ReadOperations, second.Counters.ReadOperations, second.Counters.WriteOperations) = (2, 3, 1);
        first.Latency.Record(isWrite: false, 1_000, 2);
        second.Latency.Record(isWrite: false, 3_000, 3);

        _board.Show(0, VmState.Running, [first, second]);
        var vm = _board.Snapshot()[0];

        Assert.Equal(("a", VmState.Running, 5L, 1L), (vm.Name, vm.State, vm.ReadOperations, vm.WriteOperations));
        Assert.Equal(5, vm.ReadLatency!.CumulativeCounts[^1]);
        Assert.Equal(11_000, vm.ReadLatency.SumNs);
        Assert.Null(_board.Snapshot()[1].ReadLatency);
    }

    [Fact]
    public void What_a_vm_got_between_two_samples_is_a_share_of_what_it_used_most()
    {
        Show(coresNs: 10, nvmNs: 5, nowNs: 100);
        var earlier = _board.Snapshot()[0];
        Show(coresNs: 20, nvmNs: 45, nowNs: 200);
        var later = _board.Snapshot()[0];

        Assert.Equal(0.1, earlier.ShareSince(null));
        Assert.Equal(0.4, later.ShareSince(earlier));
        Assert.Null(later.ShareSince(later));
        Assert.Equal((7, 2), (later.ThrottledNs, later.ReservationMisses));

        void Show(double coresNs, double nvmNs, long nowNs) =>
            _board.ShowUse(0, new UsageCounts { UseSoFar = new ResourceUse(coresNs, 0, nvmNs), ThrottledNs = 7 }, 2, nowNs);
    }

    [Fact]
    public void The_journal_tells_what_happened_and_when()
    {
        _board.Show(0, VmState.Running, []);
        _nowNs = 5;
        _board.Show(0, VmState.Stopped);
        _board.Show(0, VmState.Stopped);
        _board.ShowRefusal(1, "no room");

        Assert.Equal(["a: running", "a: stopped", "b: not started: no room"], _board.Journal.Since(0).Select(e => e.Text));
        Assert.Equal([0L, 5, 5], _board.Journal.Since(0).Select(e => e.ClockNs));
        Assert.Equal(1, _board.Refusals);
        Assert.Equal(2, Assert.Single(_board.Journal.Since(2)).Number);
    }

    [Fact]
    public void Every_plan_is_counted_and_one_that_moves_shares_is_told()
    {
        Publish(0.5, 0.5);
        Publish(0.501, 0.499);
        Publish(0.7, 0.3);
        _board.Publish(Plan.Empty);

        Assert.Equal(4, _board.Plans);
        Assert.Equal([0.5, 0.7, null], _board.Journal.Since(0)
            .Select(e => e.Shares!.TryGetValue("a", out var share) ? share : (double?)null));
        Assert.Null(_board.PlannedShareOf(0));
    }

    [Fact]
    public void Who_listens_late_hears_everything_once()
    {
        _board.Show(0, VmState.Running, []);
        var heard = new List<long>();
        _board.Journal.Listen(e => heard.Add(e.Number));
        _board.Show(1, VmState.Running, []);

        Assert.Equal([0L, 1], heard);
    }

    [Fact]
    public void The_journal_forgets_the_oldest()
    {
        for (var i = 0; i < RunJournal.Capacity + 3; i++)
        {
            _board.ShowRefusal(0, "x");
        }

        Assert.Equal(3, _board.Journal.Since(0)[0].Number);
        Assert.Equal(RunJournal.Capacity, _board.Journal.Since(0).Length);
    }

    private void Publish(double a, double b) =>
        _board.Publish(new Plan([Planned(0, a), Planned(1, b)]));

    private static PlannedVm Planned(int vm, double share) => new(new VmClaim(vm, 1, QosSpec.BestEffort, default), 1, share);
}
