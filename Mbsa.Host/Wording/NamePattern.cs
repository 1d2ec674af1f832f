namespace Mbsa.Host.Wording;

/// <summary>Names with stars in them, as a shell would match them: <c>writer-*</c>.</summary>
internal static class NamePattern
{
    /// <summary>
    /// Whether a name matches. Only the last star is ever tried again, so the time is at most the product of the lengths.
    /// </summary>
    public static bool Matches(string pattern, string name)
    {
        int p = 0, n = 0, star = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, starName, p) = (p, n, p + 1);
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                (p, n) = (p + 1, n + 1);
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++starName);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimEnd('*').IsEmpty;
    }
}
