using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A file is read in one sitting.</summary>
internal sealed class FileLength : IRule
{
    private const int Max = 300;
    private const int MaxOfTests = 400;

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        let max = source.IsProduction ? Max : MaxOfTests
        where source.Lines.Length > max
        select new Finding(source.Path, max + 1, $"{source.Lines.Length} lines", $"at most {max}; a part of it has a name of its own");
}
