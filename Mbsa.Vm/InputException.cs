namespace Mbsa.Vm;

/// <summary>
/// Somebody's input is wrong. The message is for that person: what was wrong and what would be right;
/// <see cref="Describe"/> adds the place.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>A mistake at a place in a file.</summary>
    /// <param name="file">The file as the user named it, or null when the input is not a file.</param>
    /// <param name="line">Line, counted from 1; 0 when the mistake is of the whole file.</param>
    /// <param name="message">What was wrong, and what would be right.</param>
    public InputException(string? file, int line, string message)
        : base(message) => (File, Line) = (file, line);

    /// <summary>A mistake without a place.</summary>
    public InputException(string message) : this(null, 0, message) { }

    /// <summary>The file as the user named it, if any.</summary>
    public string? File { get; }

    /// <summary>Line, counted from 1; 0 when unknown.</summary>
    public int Line { get; }

    /// <summary>"file:line: message", as compilers write it.</summary>
    public string Describe() => File is null ? Message : Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
