using System.Collections.Immutable;

namespace Mbsa.Actors.Cluster.Runs;

/// <summary>One trace hash over all hosts of a run and what was decided between them.</summary>
internal static class ClusterHash
{
    /// <summary>Of the hosts' hashes in their order.</summary>
    public static ulong OfHosts(IEnumerable<ulong> hashes) => hashes.Aggregate(0UL, Mix);

    /// <summary>Of the hosts' and of every migration.</summary>
    public static ulong Of(ulong hosts, ImmutableArray<MigrationResult> migrations) => migrations
        .SelectMany(m => new[] { m.Vm, m.From, m.To, m.StartNs, m.TotalNs, m.DowntimeNs, m.Bytes })
        .Aggregate(hosts, (hash, value) => Mix(hash, (ulong)value));

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) as a mixing step.</summary>
    private static ulong Mix(ulong hash, ulong value)
    {
        var z = hash ^ value;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) + 0x9E3779B97F4A7C15;
    }
}
