using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A private field, static or not, is _camelCase; a constant is PascalCase.</summary>
internal sealed partial class FieldNames : IRule
{
    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) =>
        from source in sources
        from member in source.Members()
        where member.IsField
        let modifiers = Modifiers().Match(member.Head).Groups
        let isConstant = modifiers["constant"].Success
        where !modifiers["seen"].Success && !(isConstant ? Constant() : Field()).IsMatch(member.Name)
        select new Finding(source.Path, member.Line, $"the private {(isConstant ? "constant" : "field")} '{member.Name}'",
            isConstant ? "a constant is PascalCase, as in MaxBytes" : "a field is _camelCase, as in _maxBytes, also a static one");

    [GeneratedRegex(@"^(?:(?<seen>public|internal|protected)|(?<constant>const)|private|static|readonly|volatile|required|new|unsafe| )*")]
    private static partial Regex Modifiers();

    [GeneratedRegex("^_[a-z][A-Za-z0-9]*$")]
    private static partial Regex Field();

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*$")]
    private static partial Regex Constant();
}
