using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>
/// What the quanta of one VCPU are like, by what the last ones were: use of the host for each nanosecond of its budget.
/// Of a VCPU and not of its VM: four VCPUs that write and one that computes are no five of a mixed kind.
/// </summary>
internal readonly record struct QuantumHabit
{
    /// <summary>Who uses less than this part of bus or NVM while it runs does not use it: nobody is held back for that.</summary>
    public const double Negligible = 0.02;

    /// <summary>How much of the most that a quantum did in its time on real cores is still believed after the next one.</summary>
    private const double Forgetting = 0.98;

    /// <summary>Use of the host in a nanosecond of budget.</summary>
    public ResourceUse PerNs { get; private init; }

    /// <summary>I/Os in a nanosecond of budget.</summary>
    public double OperationsPerNs { get; private init; }

    /// <summary>Bytes in a nanosecond of budget.</summary>
    public double BytesPerNs { get; private init; }

    /// <summary>How long its quanta are, as much as their budget allows, in nanoseconds.</summary>
    public double LengthNs { get; private init; }

    /// <summary>Whether anything is known of it.</summary>
    public bool IsKnown => PerNs.DominantNs > 0;

    /// <summary>What it may have to wait for.</summary>
    public Bottleneck Bottleneck
    {
        get
        {
            var outside = Math.Max(PerNs.BusNs, PerNs.NvmNs);
            return outside < Negligible ? Bottleneck.None
                : PerNs.BusNs > PerNs.NvmNs ? (outside > PerNs.CoresNs ? Bottleneck.Bus : Bottleneck.BesideBus)
                : outside > PerNs.CoresNs ? Bottleneck.Nvm : Bottleneck.BesideNvm;
        }
    }

    /// <summary>Part of bus or NVM that it takes while it runs at full speed, 0 to 1.</summary>
    public double Fraction(Bottleneck bottleneck) => bottleneck.IsOfBus() ? PerNs.BusNs : PerNs.NvmNs;

    /// <summary>A VCPU of a VM of which only the mix of its I/Os is known.</summary>
    public static QuantumHabit Of(in OperationMix mix, HostCapacity host)
    {
        var heldNs = mix.PerOperation.CoresNs * host.Cores;
        return heldNs <= 0 ? default : new QuantumHabit
        {
            PerNs = mix.PerOperation * (1 / heldNs),
            OperationsPerNs = mix.DoesIo ? 1 / heldNs : 0,
            BytesPerNs = mix.BytesPerOperation / heldNs,
            LengthNs = double.PositiveInfinity,
        };
    }

    /// <summary>After another quantum: half of it is what that was.</summary>
    public QuantumHabit After(in ResourceUse use, in QuantumUse quantum, HostCapacity host)
    {
        // On real cores a budget is real time, whatever the work costs nominally.
        // If other programs had the core for most of it, it says little of the next: that one may do far more in its time.
        var budgetNs = host.IsExact ? use.CoresNs * host.Cores : quantum.HeldNs;
        if (budgetNs <= 0)
        {
            return this;
        }

        var (old, now, keptRate) = (IsKnown ? 0.5 : 0, (IsKnown ? 0.5 : 1) / budgetNs, host.IsExact ? 0 : Forgetting);
        return new QuantumHabit
        {
            PerNs = PerNs * old + use * now,
            OperationsPerNs = Math.Max(OperationsPerNs * old + quantum.Operations * now, OperationsPerNs * keptRate),
            BytesPerNs = Math.Max(BytesPerNs * old + quantum.Work.BusBytes * now, BytesPerNs * keptRate),
            LengthNs = budgetNs,
        };
    }
}
