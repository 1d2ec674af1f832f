using System.Collections.Immutable;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Runs;

/// <summary>One trace hash over all hosts of a run and what was decided between them.</summary>
internal static class RunHash
{
    /// <summary>Of the hosts' hashes in their order, and of every migration; a host that is alone has its own.</summary>
    public static ulong Of(IEnumerable<ulong> hosts, IEnumerable<MigrationResult> migrations)
    {
        ImmutableArray<ulong> all = [.. hosts];
        if (all.Length == 1)
        {
            return all[0];
        }

        var hash = new TraceHash();
        foreach (var host in all)
        {
            hash.Add(host);
        }

        foreach (var m in migrations)
        {
            foreach (var value in (ReadOnlySpan<long>)[m.Vm, m.From, m.To, m.StartNs, m.TotalNs, m.DowntimeNs, m.Bytes])
            {
                hash.Add((ulong)value);
            }
        }

        return hash.Value;
    }
}
