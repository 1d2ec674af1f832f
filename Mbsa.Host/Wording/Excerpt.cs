namespace Mbsa.Host.Wording;

/// <summary>What somebody wrote, as a message can repeat it.</summary>
internal static class Excerpt
{
    /// <summary>Keeps a message on one line of a terminal whatever stands in the file.</summary>
    public static string Of(string text)
    {
        var line = text.Length > 60 ? string.Concat(text.AsSpan(0, 57), "...") : text;
        return string.Create(line.Length, line, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }
}
