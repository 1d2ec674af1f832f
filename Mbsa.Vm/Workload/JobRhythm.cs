using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>
/// What keeps jobs from going in step:
/// a random place in the cycle of a job for it to begin at, and cycles that are a little longer or shorter than the one before.
/// Drawn once a cycle, never for an I/O. A clone of a job without a rhythm begins at the beginning, and its cycles are all alike.
/// </summary>
public sealed class JobRhythm
{
    private readonly double _jitter;
    private Xoshiro256 _random;

    /// <summary>The rhythm of one clone of a job.</summary>
    /// <param name="seed">From <see cref="JobSeed.RhythmSeedFor"/>.</param>
    /// <param name="jitterPercent">By how much a time may be longer or shorter, 0 to 100; see <see cref="JobSpec.JitterPercent"/>.</param>
    public JobRhythm(ulong seed, int jitterPercent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(jitterPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(jitterPercent, 100);
        (_jitter, _random) = (jitterPercent / 100.0, new Xoshiro256(seed));
    }

    /// <summary>A random place in a cycle, in nanoseconds from its beginning: each alike, above 0 and at most its length.</summary>
    public double PlaceNs(double cycleNs) => cycleNs * _random.NextAboveZero();

    /// <summary>
    /// A time in whole nanoseconds that differs from this one by the jitter at most, each alike, so that its mean is this one.
    /// </summary>
    public double AroundNs(double meanNs)
    {
        if (_jitter == 0)
        {
            return meanNs;
        }

        var factor = 1 + (_jitter * ((2 * _random.NextAboveZero()) - 1));
        return Math.Floor((meanNs * factor) + 0.5);
    }

    /// <summary>Writes down where the draws stand.</summary>
    internal void SaveTo(BinaryWriter to) => _random.SaveTo(to);

    /// <summary>Goes on with the draws where another rhythm of the job stood.</summary>
    internal void RestoreFrom(BinaryReader from) => _random = Xoshiro256.RestoreFrom(from);
}
