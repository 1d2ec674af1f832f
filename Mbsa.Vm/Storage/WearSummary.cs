namespace Mbsa.Vm.Storage;

/// <summary>How often each physical block of a disk was written, at one moment.</summary>
/// <param name="Writes">Writes of each block, the policy's own included.</param>
/// <param name="ExtraWrites">Writes of the policy's own among them.</param>
public sealed record WearCounts(uint[] Writes, long ExtraWrites)
{
    /// <summary>What was written after an earlier moment of the same mount.</summary>
    public WearCounts Since(WearCounts earlier) =>
        new([.. Writes.Zip(earlier.Writes, (now, then) => now - then)], ExtraWrites - earlier.ExtraWrites);

    /// <summary>What was written in two stretches of time together.</summary>
    public WearCounts Plus(WearCounts other) =>
        new([.. Writes.Zip(other.Writes, (here, there) => here + there)], ExtraWrites + other.ExtraWrites);

    /// <summary>Writes them down.</summary>
    public void SaveTo(BinaryWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Write(ExtraWrites);
        to.Write(Writes.Length);
        foreach (var count in Writes)
        {
            to.Write7BitEncodedInt64(count);
        }
    }

    /// <summary>Counts that were written down.</summary>
    public static WearCounts RestoreFrom(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        var extraWrites = from.ReadInt64();
        var writes = new uint[from.ReadInt32()];
        foreach (ref var count in writes.AsSpan())
        {
            count = (uint)from.Read7BitEncodedInt64();
        }

        return new WearCounts(writes, extraWrites);
    }
}

/// <summary>The wear of a disk in six figures.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Writes">Block writes in all, the policy's own included.</param>
/// <param name="ExtraWrites">Writes of the policy's own among them.</param>
/// <param name="Max">Writes of the block written most.</param>
/// <param name="Mean">Writes of a block on average.</param>
/// <param name="CoefficientOfVariation">Standard deviation over mean, of the whole population; 0 when nothing was written.</param>
public readonly record struct WearSummary(string Policy, long Writes,
    long ExtraWrites, long Max, double Mean, double CoefficientOfVariation)
{
    /// <summary>Sums counts up.</summary>
    /// <param name="policy">The policy's name.</param>
    /// <param name="counts">The counts now.</param>
    /// <param name="since">The counts at the start of the stretch that matters; null for all of it.</param>
    public static WearSummary Of(string policy, WearCounts counts, WearCounts? since = null)
    {
        long writes = 0, max = 0;
        for (var block = 0; block < counts.Writes.Length; block++)
        {
            var count = Count(counts, since, block);
            writes += count;
            max = Math.Max(max, count);
        }

        var mean = (double)writes / counts.Writes.Length;
        var squares = 0.0;
        for (var block = 0; block < counts.Writes.Length; block++)
        {
            var distance = Count(counts, since, block) - mean;
            squares += distance * distance;
        }

        var variation = writes == 0 ? 0 : Math.Sqrt(squares / counts.Writes.Length) / mean;
        return new WearSummary(policy, writes, counts.ExtraWrites - (since?.ExtraWrites ?? 0), max, mean, variation);
    }

    private static long Count(WearCounts counts, WearCounts? since, int block) => counts.Writes[block] - (since?.Writes[block] ?? 0L);
}
