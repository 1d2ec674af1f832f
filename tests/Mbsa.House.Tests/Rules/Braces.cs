using System.Text.RegularExpressions;
using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>Braces always, and a brace that more lines follow stands alone on its line.</summary>
internal sealed partial class Braces : IRule
{
    /// <inheritdoc/>
    public IEnumerable<Finding> Check(IReadOnlyList<Source> sources) => sources.SelectMany(CheckOne);

    private static IEnumerable<Finding> CheckOne(Source source)
    {
        foreach (var (index, line) in source.CodeLines.Index())
        {
            var code = line.TrimEnd();
            if (code.EndsWith('{') && code.Trim() != "{")
            {
                yield return new Finding(source.Path, index + 1, "an opening brace behind code", "it stands alone on the next line");
            }
        }

        foreach (Match match in Statement().Matches(source.Code))
        {
            var body = match.Groups["condition"].Success
                ? BehindCondition(source.Code, match.Index + match.Length)
                : match.Index + match.Length;
            if (BodyOf(source.Code, body, match.Groups["word"].Value) is { } problem)
            {
                yield return new Finding(source.Path, source.LineOf(match.Index), $"'{match.Groups["word"].Value}' {problem}",
                    "the braces of a statement are always there, the opening one alone on its line");
            }
        }
    }

    private static string? BodyOf(string code, int at, string word)
    {
        var start = at;
        while (start < code.Length && char.IsWhiteSpace(code[start]))
        {
            start++;
        }

        var rest = code.AsSpan(start);
        var follows = word switch
        {
            "else" => IsWord(rest, "if"),
            "while" => rest.StartsWith(";"),
            "catch" => IsWord(rest, "when"),
            "using" or "fixed" => IsWord(rest, "using") || IsWord(rest, "fixed"),
            _ => false,
        };
        return follows ? null : !rest.StartsWith("{") ? "has no braces"
            : code[at..start].Contains('\n') ? null : "has its brace on the same line";
    }

    private static bool IsWord(ReadOnlySpan<char> text, string word) =>
        text.StartsWith(word, StringComparison.Ordinal) && text.Length > word.Length && !char.IsLetterOrDigit(text[word.Length]);

    /// <returns>The place behind the bracket that closes the one before a place.</returns>
    private static int BehindCondition(string code, int at)
    {
        for (var depth = 1; depth > 0 && at < code.Length; at++)
        {
            depth += code[at] == '(' ? 1 : code[at] == ')' ? -1 : 0;
        }

        return at;
    }

    [GeneratedRegex(@"(?<![\w.@#])(?:(?<word>if|for|foreach|while|lock|using|fixed|switch|catch) ?(?<condition>\()"
        + @"|(?<word>else|try|finally|do|catch)\b)")]
    private static partial Regex Statement();
}
