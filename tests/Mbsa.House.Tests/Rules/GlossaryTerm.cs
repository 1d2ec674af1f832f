namespace Mbsa.House.Tests.Rules;

/// <summary>A word that is not used in names.</summary>
/// <param name="Words">The word in each of its forms, in small letters, with bars between.</param>
/// <param name="Instead">What is used.</param>
internal sealed record GlossaryTerm(string Words, string Instead)
{
    private readonly string[] _words = Words.Split('|');

    /// <summary>The only place where it is not used; null for everywhere.</summary>
    public string? Only { get; init; }

    /// <summary>The places where it is used for what the glossary says.</summary>
    public string[] Except { get; init; } = [];

    /// <summary>Whether a file must do without it.</summary>
    public bool IsFor(string path) =>
        (Only is null || path.StartsWith(Only, StringComparison.Ordinal))
        && !Except.Any(place => path.StartsWith(place, StringComparison.Ordinal));

    /// <summary>Whether a part of a name is this word.</summary>
    public bool Is(string word) => _words.Contains(word, StringComparer.OrdinalIgnoreCase);
}
