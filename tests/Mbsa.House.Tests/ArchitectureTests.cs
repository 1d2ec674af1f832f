using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;
using Mbsa.House.Tests.Rules;

namespace Mbsa.House.Tests;

/// <summary>
/// The page of the house is about this house: what it names is there, and its glossary has the words that the rule asks for.
/// </summary>
public partial class ArchitectureTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ARCHITECTURE.md"));

    [Fact]
    public void Every_place_it_names_is_there()
    {
        string[] places = [.. Names().Matches(_page).Select(name => name.Groups[1].Value).Where(name => Place().IsMatch(name))];

        Assert.True(places.Length > 40, $"only {places.Length} places were found");
        Assert.All(places, place => Assert.True(
            Path.Combine(Repository.Root, place) is var path && (File.Exists(path + ".cs") || Path.Exists(path)), $"there is no {place}"));
    }

    [Fact]
    public void Every_type_and_member_it_names_is_there()
    {
        var words = Repository.Sources.SelectMany(source => Words().Matches(source.Code)).Select(word => word.Value).ToHashSet();
        string[] names = [.. Names().Matches(_page).Select(name => name.Groups[1].Value).Where(name => Type().IsMatch(name))];

        Assert.True(names.Length > 15, $"only {names.Length} names were found");
        Assert.All(names, name => Assert.All(name.Split('.'), part => Assert.Contains(part, words)));
    }

    [Fact]
    public void The_glossary_has_what_the_rule_asks_for()
    {
        string[] words = ["max", "min", "migrate", "relocate", "copy", "share", "tenant", "conductor", "engine", "gate", "session"];

        Assert.All(words, word => Assert.Matches($@"(?m)^\| \*\*(\w+, )?{word}(, \w+)?\*\* \|", _page));
        Assert.All(Glossary.Terms, term => Assert.Contains(words, word => term.Instead.Contains(word, StringComparison.Ordinal)));
    }

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Names();

    [GeneratedRegex(@"^(?:Mbsa\.\w+|tests|docs)/[\w./]+$")]
    private static partial Regex Place();

    [GeneratedRegex(@"^[A-Z]\w+(?:\.[A-Z]\w+)?$")]
    private static partial Regex Type();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
