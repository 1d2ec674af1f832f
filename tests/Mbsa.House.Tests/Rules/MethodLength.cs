using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A method fits a screen.</summary>
internal sealed class MethodLength : IRule
{
    private const int Max = 60;

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        where source.IsProduction
        from member in source.Members()
        where !member.IsField && member.Lines > Max
        select new Finding(source.Path, member.Line, $"'{member.Name}' has {member.Lines} lines", $"at most {Max}; its steps have names");
}
