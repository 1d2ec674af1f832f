using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>The VMs of a file that may be wrong in parts.</summary>
/// <param name="Specs">The VMs that are right.</param>
/// <param name="Lines">Every name, also of VMs that are wrong in some other way, and the line of its VM.</param>
/// <param name="IsComplete">No name is missing, so a name that is not here does not exist.</param>
internal sealed record VmList(ImmutableArray<VmSpec> Specs, IReadOnlyDictionary<string, int> Lines, bool IsComplete)
{
    /// <summary>Every name, in the order of the file.</summary>
    public ImmutableArray<string> Names { get; } = [.. Lines.Keys];
}
