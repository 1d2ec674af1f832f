namespace Mbsa.House.Tests.Reading;

/// <summary>
/// The code of a file without its comments and texts: each of their characters is a space, so that places stay what they are.
/// </summary>
internal static class CodeText
{
    /// <summary>Blanks comments, texts and characters.</summary>
    /// <param name="text">A C# file.</param>
    /// <returns>A text of the same length with the same lines.</returns>
    public static string Of(string text)
    {
        var code = text.ToCharArray();
        for (var at = 0; at < text.Length;)
        {
            var end = EndOf(text, at);
            for (var i = at; i < end; i++)
            {
                code[i] = code[i] == '\n' ? '\n' : ' ';
            }

            at = Math.Max(end, at + 1);
        }

        return new string(code);
    }

    /// <returns>Where the comment or text that begins here ends; the place itself when none does.</returns>
    private static int EndOf(string text, int at)
    {
        var prefix = at;
        while (prefix < text.Length && text[prefix] is '$' or '@')
        {
            prefix++;
        }

        if (Is(text, prefix, '"'))
        {
            return EndOfText(text, prefix, text[at..prefix]);
        }

        return At(text, at) switch
        {
            "//" => text.IndexOf('\n', at) is var end && end < 0 ? text.Length : end,
            "/*" => After(text, "*/", at + 2),
            _ when text[at] == '\'' => After(text, "'", at + (Is(text, at + 1, '\\') ? 3 : 2)),
            _ => at,
        };
    }

    private static int EndOfText(string text, int at, string prefix)
    {
        var quotes = 0;
        while (Is(text, at + quotes, '"'))
        {
            quotes++;
        }

        if (quotes >= 3)
        {
            return After(text, new string('"', quotes), at + quotes);
        }

        var (isVerbatim, hasHoles) = (prefix.Contains('@'), prefix.Contains('$'));
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && isVerbatim && Is(text, at + 1, '"'))
            {
                at++;
            }
            else if (text[at] == '"')
            {
                return at + 1;
            }
            else if (text[at] == '\\' && !isVerbatim)
            {
                at++;
            }
            else if (hasHoles && text[at] == '{' && Is(text, at + 1, '{'))
            {
                at++;
            }
            else if (hasHoles && text[at] == '{')
            {
                at = EndOfHole(text, at);
            }
        }

        return at;
    }

    /// <returns>The place of the brace that closes a hole of an interpolated text.</returns>
    private static int EndOfHole(string text, int at)
    {
        var depth = 0;
        while (at < text.Length)
        {
            var end = EndOf(text, at);
            if (end > at)
            {
                at = end;
                continue;
            }

            depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return at;
            }

            at++;
        }

        return at;
    }

    private static int After(string text, string what, int from)
    {
        var at = from < text.Length ? text.IndexOf(what, from, StringComparison.Ordinal) : -1;
        return at < 0 ? text.Length : at + what.Length;
    }

    private static string At(string text, int at) => text.Substring(at, Math.Min(2, text.Length - at));

    private static bool Is(string text, int at, char what) => at < text.Length && text[at] == what;
}
