using System.Text;

namespace Mbsa.Vm.Workload.Random;

/// <summary>Where every job's random numbers come from: a seed of its own, the same on every machine and in every run.</summary>
public static class JobSeed
{
    private const ulong FnvOffset = 0xCBF29CE484222325;
    private const ulong FnvPrime = 0x100000001B3;

    /// <summary>
    /// The seed of one clone of one job: FNV-1a (64 bits) over the scenario's seed, the names with their lengths before them,
    /// and the clone's index; mixed at the end, because FNV alone leaves neighbouring indices alike.
    /// </summary>
    public static ulong SeedFor(ulong scenarioSeed, string vmName, string jobName, int cloneIndex) =>
        SplitMix64.Mix(HashOf(scenarioSeed, vmName, jobName, cloneIndex));

    /// <summary>
    /// The seed of the same clone's <see cref="JobRhythm"/>: when it does something has nothing to do with what it does,
    /// so this is another stream. A job's own <c>randseed</c> does not count: two VMs with one job file must not go in step.
    /// </summary>
    public static ulong RhythmSeedFor(ulong scenarioSeed, string vmName, string jobName, int cloneIndex) =>
        SplitMix64.Mix(Absorb(HashOf(scenarioSeed, vmName, jobName, cloneIndex), "rhythm"));

    /// <summary>
    /// The seed of a clone of a job that named its own with fio's <c>randseed</c>:
    /// the scenario, the VM and the job's name do not count then.
    /// </summary>
    public static ulong SeedFor(ulong randSeed, int cloneIndex) =>
        SplitMix64.Mix(Absorb(Absorb(FnvOffset, randSeed), (ulong)cloneIndex));

    private static ulong HashOf(ulong scenarioSeed, string vmName, string jobName, int cloneIndex)
    {
        ArgumentNullException.ThrowIfNull(vmName);
        ArgumentNullException.ThrowIfNull(jobName);
        var hash = Absorb(FnvOffset, scenarioSeed);
        hash = Absorb(hash, vmName);
        hash = Absorb(hash, jobName);
        return Absorb(hash, (ulong)cloneIndex);
    }

    private static ulong Absorb(ulong hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash = Absorb(hash, (ulong)bytes.Length);
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * FnvPrime;
        }

        return hash;
    }

    private static ulong Absorb(ulong hash, ulong value)
    {
        for (var shift = 0; shift < 64; shift += 8)
        {
            hash = (hash ^ ((value >> shift) & 0xFF)) * FnvPrime;
        }

        return hash;
    }
}
