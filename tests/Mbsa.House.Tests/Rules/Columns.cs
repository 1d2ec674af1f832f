using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A line is read without moving the page.</summary>
internal sealed class Columns : IRule
{
    private const int Max = 140;

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        from line in source.Lines.Index()
        where line.Item.Length > Max
        select new Finding(source.Path, line.Index + 1, $"{line.Item.Length} columns",
            $"at most {Max}, broken where the meaning has a joint");
}
