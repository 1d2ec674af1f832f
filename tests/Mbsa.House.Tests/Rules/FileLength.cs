using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A file is read in one sitting.</summary>
internal sealed class FileLength : IRule
{
    private const int Most = 300;
    private const int MostOfTests = 400;

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        let most = source.IsProduction ? Most : MostOfTests
        where source.Lines.Length > most
        select new Finding(source.Path, most + 1, $"{source.Lines.Length} lines", $"at most {most}; a part of it has a name of its own");
}
