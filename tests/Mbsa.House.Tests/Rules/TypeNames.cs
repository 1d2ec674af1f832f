using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A type's name says what it is; some words say nothing.</summary>
internal sealed partial class TypeNames : IRule
{
    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        from type in HeadText.TypesIn(source.Code)
        let banned = Banned().Match(type.Name)
        where banned.Success
        select new Finding(source.Path, source.LineOf(type.At),
            $"'{banned.Value}' in '{type.Name}' says nothing", "name what it is or does");

    [GeneratedRegex("(?:Manager|Helper|Util|Misc)(?:s|ities|ity)?(?![a-z])")]
    private static partial Regex Banned();
}
