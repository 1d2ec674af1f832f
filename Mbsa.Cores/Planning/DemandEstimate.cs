using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Planning;

/// <summary>
/// What a VM's I/Os are like and how much of the host it wants, by what it did lately. Who had to wait wants as much as it can get;
/// who did not wants a little more than it had, and for a while as much as it had at most: a VM that pauses is not forgotten at once.
/// </summary>
/// <param name="host">What is shared out.</param>
/// <param name="declared">What its jobs declare; counts until something was measured.</param>
internal sealed class DemandEstimate(HostCapacity host, OperationMix declared)
{
    /// <summary>
    /// Of a stretch of time, the least part that a VCPU has to wait on average for its VM to count as one that wants more.
    /// </summary>
    private const double WaitingFraction = 0.1;

    /// <summary>Room to grow for a VM that got all it wanted.</summary>
    private const double Growth = 1.1;

    /// <summary>Stretches of time that are remembered.</summary>
    private const int Remembered = 8;

    private readonly double[] _shares = new double[Remembered];
    private UsageCounts _before;
    private int _observed;

    /// <summary>What its I/Os are like: half of it what they were in the last stretch.</summary>
    public OperationMix Mix { get; private set; } = declared;

    /// <summary>
    /// What it used of the host lately, half of it in the last stretch in which it used something; nothing until it was measured.
    /// </summary>
    public ResourceUse Lately { get; private set; }

    /// <summary>The dominant share it would use if it got all it wants; infinity for as much as it can get.</summary>
    public double Share { get; private set; } = double.PositiveInfinity;

    /// <summary>
    /// What it would have used if none of its VCPUs had waited for a core or been slowed down at bus and NVM:
    /// its pauses are as long then, and what is between them takes its nominal time.
    /// </summary>
    private double Wanted(in UsageCounts lately, long passedNs)
    {
        var neededNs = lately.Use.CoresNs * host.Cores + lately.AttachedNs - lately.ReadyNs - lately.HeldNs;
        return lately.ReadyNs > WaitingFraction * passedNs && (lately.Use.DominantNs <= 0 || neededNs <= 0) ? double.PositiveInfinity
            : neededNs <= 0 ? 0
            : lately.Use.DominantNs / passedNs * Math.Max(1, lately.AttachedNs / neededNs) * Growth;
    }

    /// <summary>Takes note of a stretch of time.</summary>
    /// <param name="counts">What it used and wanted until now.</param>
    /// <param name="passedNs">How long the stretch was, in nanoseconds; above 0.</param>
    public void Observe(in UsageCounts counts, long passedNs)
    {
        var lately = counts.Since(_before);
        _before = counts;
        _shares[_observed++ % Remembered] = Wanted(lately, passedNs);
        Share = _observed < Remembered ? double.PositiveInfinity : _shares.Max();
        if (lately.Use.DominantNs > 0)
        {
            Lately = Lately * 0.5 + lately.Use * (0.5 / passedNs);
        }

        if (lately.Operations > 0)
        {
            var now = lately.Use * (1.0 / lately.Operations);
            Mix = new OperationMix((Mix.DoesIo ? Mix.PerOperation + now : now * 2) * 0.5, lately.Bytes / lately.Operations);
        }
        else if (lately.Use.DominantNs > 0 && !Mix.DoesIo)
        {
            Mix = Mix with { PerOperation = lately.Use };
        }
    }
}
