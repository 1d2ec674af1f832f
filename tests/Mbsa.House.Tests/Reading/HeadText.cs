using System.Text.RegularExpressions;

namespace Mbsa.House.Tests.Reading;

/// <summary>What the head of a declaration says.</summary>
internal static partial class HeadText
{
    /// <summary>Whether it declares a type whose members follow in braces.</summary>
    public static bool IsType(string head) => Type().IsMatch(head);

    /// <summary>Whether it can be a field's: no parameters, no type, no event.</summary>
    public static bool MayBeField(string head) =>
        !IsType(head) && !head.EndsWith(')') && !head.Contains(") where ", StringComparison.Ordinal)
        && !$" {head}".Contains(" event ", StringComparison.Ordinal);

    /// <summary>The names of the types that a text declares, each with its place.</summary>
    public static IEnumerable<(string Name, int At)> TypesIn(string code) =>
        Type().Matches(code).Select(match => (match.Groups["name"].Value, match.Index));

    /// <summary>The name of the member that a head declares.</summary>
    public static string NameIn(string head) => Member().Match(head) is { Success: true } match ? match.Groups["name"].Value : head;

    [GeneratedRegex(
        @"(?<![.:,<] ?)\b(?:class|struct|interface|enum|record(?: struct| class)?|delegate [\w.<>?\[\], ]+?) (?<name>[A-Z]\w*)")]
    private static partial Regex Type();

    [GeneratedRegex(@"(?<name>\w+)(?:<[\w, ]*>)? ?(?:\((?:[^()]|\([^()]*\))*\))?(?: where .*| : .*)?$")]
    private static partial Regex Member();
}
