using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

public sealed class PlanAccountTests
{
    private const double Floor = 0.1;

    /// <summary>A quantum of its own at its floor, in nanoseconds.</summary>
    private const double OwnNs = PlanLab.CostNs / Floor;

    private static readonly QosSpec _promised = new() { Reservation = new Promise(PromiseUnit.Share, Floor) };

    [Fact]
    public void What_it_had_beyond_its_floor_is_held_against_it_for_sixteen_quanta()
    {
        var account = PlanLab.Account(0, 0.5, 0, _promised);

        for (var nowNs = 0L; nowNs < 50_000_000; nowNs += PlanLab.QuantumNs)
        {
            account.Run(nowNs);
        }

        Assert.InRange(account.BehindFloorFromNs - 50_000_000, 16 * OwnNs, 20 * OwnNs);
    }

    [Fact]
    public void What_it_missed_of_its_floor_is_owed_for_sixteen_quanta()
    {
        var account = PlanLab.Account(0, 0.5, 0, _promised);
        account.Run(0);

        account.Run(1_000_000_000);

        Assert.InRange(1_000_000_000 - account.BehindFloorFromNs, 12 * OwnNs, 16 * OwnNs);
    }
}
