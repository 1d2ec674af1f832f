using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Policies;

/// <summary>VMs as the plan's queue keeps them: on four cores, quanta of 25 us, each VM computes on one VCPU.</summary>
internal static class PlanLab
{
    public const long QuantumNs = 25_000;

    public const int Cores = 4;

    /// <summary>A quantum of one VCPU in nanoseconds of the whole host.</summary>
    public const double CostNs = (double)QuantumNs / Cores;

    public static readonly HostCapacity Host = new(Cores, 1e12);

    /// <summary>An account at a start tag.</summary>
    public static PlanAccount Account(int vm, double rate, double startTag = 0, QosSpec? qos = null)
    {
        var account = new PlanAccount(vm, Host, QuantumNs) { StartTag = startTag };
        account.Apply(new PlannedVm(new VmClaim(vm, 1, qos ?? new QosSpec(), OperationMix.Computing(Cores)), rate, rate), 8 * QuantumNs);
        return account;
    }

    /// <summary>It has a quantum of its own that is used in full.</summary>
    public static void Run(this PlanAccount account, long nowNs)
    {
        var use = new ResourceUse(CostNs, 0, 0);
        var habit = default(QuantumHabit).After(use, new QuantumUse(QuantumNs, default, 0), Host);
        account.Correct(account.Take(habit, new CutWork(), nowNs, QuantumNs), use, new QuantumUse(QuantumNs, default, 0));
    }
}
