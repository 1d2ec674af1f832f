namespace Mbsa.Host.Tests.Fio;

/// <summary>A section of a job file, drawn at random: options as they are written there.</summary>
internal sealed record DrawnJob(IReadOnlyList<string> Options)
{
    /// <summary>Options that have to stay: without them another job is left, or none.</summary>
    private static readonly string[] _needed = ["rw=", "size=", "filesize="];

    /// <summary>The value of an option; null when it is not given.</summary>
    public string? this[string key] =>
        Options.LastOrDefault(option => option.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..];

    /// <summary>The section.</summary>
    public string Text(string name) => $"[{name}]\n{string.Join('\n', Options)}\n";

    /// <summary>The job with one option fewer, in all ways.</summary>
    public IEnumerable<DrawnJob> Smaller() => Options.Where(option => !_needed.Any(key => option.StartsWith(key, StringComparison.Ordinal)))
        .Select(left => new DrawnJob([.. Options.Where(option => option != left)]));

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Options);
}
