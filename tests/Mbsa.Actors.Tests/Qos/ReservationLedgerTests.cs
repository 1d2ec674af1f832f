using Mbsa.Actors.Qos;

namespace Mbsa.Actors.Tests.Qos;

public sealed class ReservationLedgerTests
{
    private const long Window = ReservationLedger.WindowNs;

    private readonly ReservationLedger _ledger = new();
    private TenantCounts _counts;

    [Theory]
    [InlineData(0.40, 0)]
    [InlineData(0.397, 0)]
    [InlineData(0.395, 1)]
    [InlineData(0.0, 1)]
    public void Less_than_99_percent_of_what_was_reserved_is_a_miss(double share, int misses)
    {
        Close(share, backlogged: 1);
        Assert.Equal((1, misses), (_ledger.Windows, _ledger.Misses));
    }

    [Fact]
    public void Who_did_not_want_more_all_the_time_missed_nothing()
    {
        Close(0.1, backlogged: 0.99);
        Assert.Equal((0, 0), (_ledger.Windows, _ledger.Misses));
    }

    [Fact]
    public void Without_a_reservation_there_is_nothing_to_miss()
    {
        _counts.BackloggedNs += Window;
        _ledger.Close(_counts, reservedShare: 0, Window);
        Assert.Equal(0, _ledger.Windows);
    }

    [Fact]
    public void Each_window_is_judged_alone_and_what_was_before_the_measured_part_is_forgotten()
    {
        Close(0, backlogged: 1);
        _ledger.Begin(_counts);
        Close(0.8, backlogged: 1);
        Close(0.2, backlogged: 1);
        Assert.Equal((2, 1), (_ledger.Windows, _ledger.Misses));
    }

    private void Close(double share, double backlogged)
    {
        _counts.Use += new ResourceUse(share * Window, 0, 0);
        _counts.BackloggedNs += (long)(backlogged * Window);
        _ledger.Close(_counts, reservedShare: 0.4, Window);
    }
}
