using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>
/// What VMs, hosts and tenants can be called: a name becomes part of an expectation (oltp.p99), a file and a metric's label,
/// and a value there begins with a digit.
/// </summary>
internal static class NameRule
{
    private const int Longest = 64;

    /// <summary>Why something cannot have a name; null when it can.</summary>
    /// <param name="name">The name.</param>
    /// <param name="kind">What it is of: VM, host.</param>
    public static string? WhyNot(string name, string kind) =>
        name.Length is > 0 and <= Longest && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? null
            : $"'{Excerpt.Of(name)}' cannot be a {kind}'s name; a letter and then letters, digits, '-' and '_' can, {Longest} at most";
}
