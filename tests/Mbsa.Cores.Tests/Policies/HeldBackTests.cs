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
        var estimate = Take(_account, quanta: 10);
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
    public void An_older_entry_of_one_that_is_held_back_again_is_in_nobodys_way()
    {
        var estimate = Take(_account, quanta: 10);
        _held.Add(_account, nowNs: 0);
        _account.Correct(estimate, use: default, default);
        _held.OnCorrected(_account);
        _held.Take(double.PositiveInfinity, out _);
        Take(_account, quanta: 10);
        _held.Add(_account, nowNs: 0);

        var other = PlanLab.Account(1, 0.5, 0, _limited);
        Take(other, quanta: 15);
        _held.Add(other, nowNs: 0);

        Assert.Equal(Math.Ceiling(other.MayRunFromNs), _held.NextNs);
        Assert.Same(other, _held.Take(_held.NextNs, out _));
        Assert.Equal(Math.Ceiling(_account.MayRunFromNs), _held.NextNs);
    }

    private static QuantumEstimate Take(PlanAccount account, int quanta)
    {
        var (use, quantum) = (new ResourceUse(PlanLab.CostNs, 0, 0), new QuantumUse(PlanLab.QuantumNs, default, 0));
        var habit = default(QuantumHabit).After(use, quantum, PlanLab.Host);
        var last = default(QuantumEstimate);
        for (var taken = 0; taken < quanta; taken++)
        {
            last = account.Take(habit, new CutWork(), 0, PlanLab.QuantumNs);
        }

        return last;
    }
}
