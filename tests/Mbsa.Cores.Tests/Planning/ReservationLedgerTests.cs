using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Planning;

/// <summary>On one core: a use of the core, of all cores and of the VM's VCPUs are the same nanoseconds.</summary>
public sealed class ReservationLedgerTests
{
    private const long Window = ReservationLedger.WindowNs, Quantum = 25_000;
    private const double Floor = 0.4;

    private readonly ReservationLedger _ledger = new(cores: 1, Quantum);
    private UsageCounts _counts;
    private long _nowNs;

    [Theory]
    [InlineData(0.40, 0)]
    [InlineData(0.397, 0)]
    [InlineData(0.395, 1)]
    [InlineData(0.0, 1)]
    public void Who_wants_more_all_the_time_is_missed_below_99_percent_of_what_was_reserved(double share, int misses)
    {
        Pass(Window, running: share, waiting: 1 - share);
        _ledger.Close();
        Assert.Equal(new ReservationRecord(1, misses, Window), _ledger.Record);
    }

    [Theory]
    [InlineData(0.20, 0.30, 0)] // due 0.2, a pause of a half
    [InlineData(0.15, 0.35, 1)]
    [InlineData(0.395, 0.60, 0)]
    [InlineData(0.00, 0.50, 1)]
    public void Who_pauses_was_due_its_floor_over_the_rest(double running, double waiting, int misses)
    {
        Pass(Window, running, waiting);
        _ledger.Close();
        Assert.Equal(new ReservationRecord(1, misses, (long)((running + waiting) * Window)), _ledger.Record);
    }

    [Theory]
    [InlineData(100, 12, 0)]
    [InlineData(20, 24, 0)]
    [InlineData(5, 200, 1)]
    [InlineData(0, 24, 1)]
    public void Short_waits_of_who_keeps_below_its_floor_by_itself_are_no_miss(long pauseUs, long waitUs, int misses)
    {
        const double WorkUs = 3; // alone it would use 3/23 of the core with a pause of 20 us, and was promised 0.4
        var cycleUs = WorkUs + pauseUs + waitUs;
        _counts.Waits += (long)(Window / cycleUs / 1000);
        Pass(Window, WorkUs / cycleUs, waitUs / cycleUs);
        _ledger.Close();
        Assert.Equal(misses, _ledger.Record.Misses);
        Assert.Equal(1, _ledger.Record.Windows);
    }

    [Fact]
    public void To_be_slowed_down_is_to_wait()
    {
        // Half the window it runs, at a fifth of its speed: it would use a sixth of the core by itself,
        // and did not get its floor even while it ran.
        Pass(Window, running: 0.5, waiting: 0, speed: 0.2);
        _ledger.Close();
        Assert.Equal(new ReservationRecord(1, 1, Window / 2), _ledger.Record);
    }

    [Fact]
    public void Who_hardly_wanted_more_is_not_judged()
    {
        Pass(Window, running: 0.004, waiting: 0.005);
        _ledger.Close();
        Assert.Equal(default, _ledger.Record);
    }

    [Fact]
    public void A_vm_that_was_due_something_and_got_nothing_is_missed_though_nothing_tells_what_it_would_have_used()
    {
        _counts.Waits = 1;
        Pass(Window, running: 0, waiting: 0.02);
        _ledger.Close();
        Assert.Equal(1, _ledger.Record.Misses);
    }

    [Fact]
    public void Without_a_reservation_there_is_nothing_to_miss()
    {
        Pass(Window, running: 0, waiting: 1, floor: 0);
        _ledger.Close();
        Assert.Equal(default, _ledger.Record);
    }

    [Fact]
    public void A_floor_that_was_given_in_the_middle_counts_from_then_on()
    {
        Pass(Window / 2, running: 0, waiting: 1, floor: 0);
        Pass(Window / 2, running: Floor, waiting: 1 - Floor);
        _ledger.Close();
        Assert.Equal(new ReservationRecord(1, 0, Window / 2), _ledger.Record);
    }

    [Fact]
    public void Each_window_is_judged_alone_and_what_was_before_the_measured_part_is_forgotten()
    {
        Pass(Window, running: 0, waiting: 1);
        _ledger.Close();
        _ledger.Begin(_counts, _nowNs);
        Pass(Window, running: 0.8, waiting: 0.2);
        _ledger.Close();
        Pass(Window, running: 0.2, waiting: 0.8);
        _ledger.Close();
        Assert.Equal(new ReservationRecord(2, 1, 2 * Window), _ledger.Record);
    }

    [Theory]
    [InlineData(9_000_000, 1)]
    [InlineData(10_000_000, 2)]
    public void The_last_window_is_judged_when_it_is_long_enough(long lengthNs, int windows)
    {
        Pass(Window, running: 1, waiting: 0);
        _ledger.Close();
        var before = _counts;
        Pass(lengthNs, running: 0.2, waiting: 0.8, look: false);
        Assert.Equal((windows, windows - 1), (RecordNow().Windows, RecordNow().Misses));
        Assert.Equal(1, _ledger.Record.Windows); // to ask changes nothing
        Assert.Equal(Window, before.WantedNs);
    }

    [Fact]
    public void A_run_of_less_than_a_window_is_judged_at_its_end()
    {
        Pass(5_000_000, running: 0.2, waiting: 0.8, look: false);
        Assert.Equal(new ReservationRecord(1, 1, 5_000_000), RecordNow());
    }

    private ReservationRecord RecordNow() => _ledger.RecordAt(_counts, Floor, _nowNs);

    /// <summary>A VM of one VCPU runs, waits and pauses for parts of some time.</summary>
    private void Pass(long lengthNs, double running, double waiting, double speed = 1, double floor = Floor, bool look = true)
    {
        _nowNs += lengthNs;
        _counts.UseSoFar += new ResourceUse(running * speed * lengthNs, 0, 0);
        _counts.HeldNs += (long)(running * lengthNs);
        _counts.ReadyNs += waiting * lengthNs;
        _counts.AttachedNs += lengthNs;
        _counts.WantedNs += (long)((running + waiting) * lengthNs);
        if (look)
        {
            _ledger.Look(_counts, floor, _nowNs);
        }
    }
}
