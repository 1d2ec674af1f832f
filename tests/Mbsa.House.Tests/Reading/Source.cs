namespace Mbsa.House.Tests.Reading;

/// <summary>One file of the repository, read.</summary>
internal sealed class Source
{
    private readonly int[] _starts;

    /// <summary>Reads it.</summary>
    /// <param name="path">Its path from the root of the repository, with slashes.</param>
    /// <param name="text">What is in it.</param>
    public Source(string path, string text)
    {
        (Path, Text, Code) = (path, text, CodeText.Of(text));
        Lines = text.TrimEnd('\n').Split('\n');
        CodeLines = Code.TrimEnd('\n').Split('\n');
        _starts = [0, .. Enumerable.Range(0, text.Length).Where(at => text[at] == '\n').Select(at => at + 1)];
    }

    /// <summary>Its path from the root of the repository.</summary>
    public string Path { get; }

    /// <summary>What is in it.</summary>
    public string Text { get; }

    /// <summary>The same with every comment and text blanked.</summary>
    public string Code { get; }

    /// <summary>Its lines.</summary>
    public string[] Lines { get; }

    /// <summary>The lines of its code.</summary>
    public string[] CodeLines { get; }

    /// <summary>Its folder.</summary>
    public string Folder => Path[..Math.Max(0, Path.LastIndexOf('/'))];

    /// <summary>Its project: the first folder, of tests and bench the second.</summary>
    public string Project => Path.Split('/') is ["tests" or "bench", var second, ..] ? second : Path.Split('/')[0];

    /// <summary>Whether it belongs to the program itself, not to its tests or measurements.</summary>
    public bool IsProduction =>
        !Path.StartsWith("tests/", StringComparison.Ordinal) && !Path.StartsWith("bench/", StringComparison.Ordinal);

    /// <summary>The line of a place, from 1.</summary>
    public int LineOf(int at) => Array.BinarySearch(_starts, at) is var index && index >= 0 ? index + 1 : ~index;

    /// <summary>What its types have.</summary>
    public IReadOnlyList<Member> Members() => [.. new MemberReader(this).Read()];
}
