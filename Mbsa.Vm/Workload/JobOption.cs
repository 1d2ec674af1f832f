namespace Mbsa.Vm.Workload;

/// <summary>One line of a fio job file, or one key of an inline workload.</summary>
/// <param name="Key">The option's name as it stands there.</param>
/// <param name="Value">Its value, or null for a bare key, which means true.</param>
/// <param name="File">The file as the user named it, or null.</param>
/// <param name="Line">Line, counted from 1; 0 when unknown.</param>
public sealed record JobOption(string Key, string? Value, string? File = null, int Line = 0)
{
    private const int LongestQuote = 80;

    /// <summary>"key=value" as it is quoted in messages: one line, not too long.</summary>
    public string Quoted => Shorten(Value is null ? Key : $"{Key}={Value}");

    /// <summary>A mistake in this option.</summary>
    public InputException Mistake(string message) => new(File, Line, $"{Quoted}: {message}");

    /// <summary>A line for the user about this option, with its place before it.</summary>
    public string Remark(string message) => new InputException(File, Line, $"{Quoted}: {message}").Describe();

    /// <summary>Text of a user made fit for a message.</summary>
    internal static string Shorten(string text)
    {
        var clean = string.Concat(text.Take(LongestQuote).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > LongestQuote ? clean + "..." : clean;
    }
}
