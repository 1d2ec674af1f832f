using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A project knows only those below it: Host, Actors, { Cores, Metrics }, Model, Vm, Nvm.</summary>
internal sealed partial class Floors : IRule
{
    private static readonly Dictionary<string, int> _floors = new()
    {
        ["Mbsa.Nvm"] = 0,
        ["Mbsa.Vm"] = 1,
        ["Mbsa.Model"] = 2,
        ["Mbsa.Cores"] = 3,
        ["Mbsa.Metrics"] = 3,
        ["Mbsa.Actors"] = 4,
        ["Mbsa.Host"] = 5,
    };

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsProduction
        let floor = _floors.GetValueOrDefault(source.Project, -1)
        from name in Project().Matches(source.Code)
        where name.Value != source.Project && _floors.TryGetValue(name.Value, out var other) && (floor < 0 || other >= floor)
        select floor < 0
            ? new Finding(source.Path, 1, $"'{source.Project}' is on no floor", "give it one in Floors.cs")
            : new Finding(source.Path, source.LineOf(name.Index), $"{source.Project} knows {name.Value}, which is not below it",
                "what both need goes down, or the one above brings it along");

    [GeneratedRegex(@"\bMbsa\.[A-Z]\w*")]
    private static partial Regex Project();
}
