using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>A quantum that is under way.</summary>
/// <param name="To">The VCPU.</param>
/// <param name="Account">Its VM.</param>
/// <param name="Deadline">When the quantum should be over, in virtual time.</param>
/// <param name="StartNs">When it began, on the scenario's clock.</param>
/// <param name="Turn">Why it was served before others, if it was.</param>
internal sealed record Flight(Schedulable To, PlanAccount Account, double Deadline, long StartNs, Turn Turn)
{
    /// <summary>It is of the latency class, within reservation and burst.</summary>
    public bool IsUrgent => Turn == Turn.Urgent;

    /// <summary>Part of bus or NVM that it takes at full speed, 0 to 1.</summary>
    public double Fraction(Bottleneck bottleneck) => bottleneck.IsOfBus() ? To.Estimate.BusFraction : To.Estimate.NvmFraction;

    /// <summary>Whether it is to speak of at bus or NVM.</summary>
    public bool Uses(Bottleneck bottleneck) => Fraction(bottleneck) >= QuantumHabit.Negligible;

    /// <summary>Whether its VM was ahead of another by a quantum of theirs when this one began.</summary>
    public bool IsAheadOf(PlanAccount other, Bottleneck bottleneck) =>
        Account != other && Account.StartTag - Account.QuantumNs(bottleneck) > other.StartTag + other.QuantumNs(bottleneck);
}

/// <summary>Why somebody is served; the later ones go before the earlier ones.</summary>
internal enum Turn
{
    /// <summary>It is due by its rate.</summary>
    Rate,

    /// <summary>It is behind its floor.</summary>
    Floor,

    /// <summary>It is of the latency class, within reservation and burst.</summary>
    Urgent,
}
