using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

public sealed class HeldBackTests
{
    private static readonly QosSpec _limited = new() { Limit = new Promise(PromiseUnit.Share, 0.1) };

    private readonly HeldBack _held = new();
    private readonly PlanAccount _account = PlanLab.Account(0, 0.5, 0, _limited);

    [Fact]
    public void What_a_cut_off_quantum_gives_back_lets_its_vm_run_earlier_and_only_once()
    {
        var estimate = TakeTen();
        _held.Add(_account, nowNs: 100);
        var chargedUntilNs = _held.NextNs;

        _account.Correct(estimate, use: default, default);
        _held.OnCorrected(_account);

        Assert.Equal(chargedUntilNs - PlanLab.CostNs / 0.1, _held.NextNs, tolerance: 2);
        Assert.Null(_held.Take(_held.NextNs - 1, out _));
        Assert.Same(_account, _held.Take(_held.NextNs, out var sinceNs));
        Assert.Equal(100, sinceNs);
        Assert.Equal(long.MaxValue, _held.NextNs);
        Assert.Null(_held.Take(double.PositiveInfinity, out _));
    }

    [Fact]
    public void Who_is_held_back_again_does_not_leave_earlier_by_what_was_before()
    {
        TakeTen();
        _held.Add(_account, nowNs: 0);
        _held.Take(double.PositiveInfinity, out _);
        TakeTen();

        _held.Add(_account, nowNs: 0);

        Assert.Equal(Math.Ceiling(_account.MayRunFromNs), _held.NextNs);
    }

    private QuantumEstimate TakeTen()
    {
        var (use, quantum) = (new ResourceUse(PlanLab.CostNs, 0, 0), new QuantumUse(PlanLab.QuantumNs, default, 0));
        var habit = default(QuantumHabit).After(use, quantum, PlanLab.Host);
        return Enumerable.Range(0, 10).Select(_ => _account.Take(habit, new CutWork(), 0, PlanLab.QuantumNs)).Last();
    }
}
