using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>The hosts of a file that may be wrong in parts.</summary>
/// <param name="Specs">The hosts that are right.</param>
/// <param name="Lines">Every name, also of hosts that are wrong in some other way, and the line of its entry.</param>
/// <param name="IsComplete">No name is missing, so a name that is not here does not exist.</param>
internal sealed record HostList(ImmutableArray<ClusterHostSpec> Specs, IReadOnlyDictionary<string, int> Lines, bool IsComplete)
{
    private readonly Dictionary<string, int> _indices = Specs.Select((host, index) => (host.Name, index))
        .ToDictionary(h => h.Name, h => h.index);

    /// <summary>Every name, in the order of the file.</summary>
    public ImmutableArray<string> Names { get; } = [.. Lines.Keys];

    /// <summary>Index of a host among <see cref="Specs"/>; null when it is not there.</summary>
    public int? IndexOf(string name) => _indices.TryGetValue(name, out var index) ? index : null;
}
