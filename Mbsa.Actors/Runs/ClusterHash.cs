using Mbsa.Cores.Playing;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Runs;

/// <summary>One trace hash over all hosts of a run and what was decided between them.</summary>
internal static class ClusterHash
{
    /// <summary>Of the hosts' hashes in their order, and of every migration.</summary>
    public static ulong Of(IEnumerable<ulong> hosts, IEnumerable<MigrationResult> migrations)
    {
        var hash = new TraceHash();
        foreach (var host in hosts)
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
