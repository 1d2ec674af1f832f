using System.Globalization;

namespace Mbsa.Vm.Workload;

/// <summary>What the unit letters of a size mean.</summary>
public enum SizeUnits
{
    /// <summary>fio's default, <c>kb_base=1024</c>: k and kb are 1024; kib, mib ... are powers of 1000 (fio: "opposite units").</summary>
    Fio1024,

    /// <summary>fio with <c>kb_base=1000</c>: k and kb are 1000; kib, mib ... are powers of 1024.</summary>
    Fio1000,

    /// <summary>As everywhere in a scenario: k, kb and kib are all 1024.</summary>
    Scenario,
}

/// <summary>
/// fio's numbers. Whatever is accepted means what fio 3.33 takes it for; what fio would silently misread (<c>4.5k</c> as 4, <c>10min</c> as
/// 10 microseconds, <c>4x</c> as 4) is refused. Errors are <see cref="InputException"/>s without a place.
/// </summary>
public static class FioNumber
{
    private const string Powers = "kmgtp";
    private static readonly (string Suffix, long Ns)[] _timeUnits =
    [
        ("usec", 1_000), ("msec", 1_000_000), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ];

    /// <summary>
    /// A size in bytes, or a rate in bytes per second: decimal or 0x hexadecimal, with an optional suffix k, m, g, t or p, then i, b or ib.
    /// </summary>
    public static long Size(string text, SizeUnits units)
    {
        ArgumentNullException.ThrowIfNull(text);
        var value = text.Trim();
        if (value.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0
                ? hex
                : throw new InputException("not a hexadecimal number; like 0x1000, and without a suffix");
        }

        var (digits, suffix) = Split(value);
        return Multiply(Digits(digits, "a size like 4096, 4k or 1g"), Multiplier(suffix, units), "bytes");
    }

    /// <summary>A size, or a percentage of the disk from 1% to 100%.</summary>
    public static Extent Extent(string text, SizeUnits units)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.TrimEnd().EndsWith('%') ? new Extent(0, Percent(text, 1)) : new Extent(Size(text, units));
    }

    /// <summary>A whole percentage between <paramref name="min"/> and 100, with or without its sign.</summary>
    public static int Percent(string text, int min)
    {
        ArgumentNullException.ThrowIfNull(text);
        var value = text.Trim();
        var number = Digits(value.EndsWith('%') ? value[..^1].TrimEnd() : value, "a whole percentage");
        return number >= min && number <= 100 ? (int)number : throw new InputException($"must be from {min} to 100");
    }

    /// <summary>A time in nanoseconds; suffixes us, ms, s, m, h and d.</summary>
    /// <param name="text">The value.</param>
    /// <param name="defaultUnitNs">What a number without suffix counts: fio's default differs from option to option.</param>
    public static long TimeNs(string text, long defaultUnitNs)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (digits, suffix) = Split(text.Trim());
        var number = Digits(digits, "a time like 10s, 500ms or 25us");
        if (suffix.Length == 0)
        {
            return Multiply(number, defaultUnitNs, "nanoseconds");
        }

        foreach (var (name, ns) in _timeUnits)
        {
            if (suffix.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return Multiply(number, ns, "nanoseconds");
            }
        }

        throw new InputException($"'{JobOption.Shorten(suffix)}' is no unit of time; the units are us, ms, s, m (minutes), h and d");
    }

    /// <summary>A whole number within a range. As in fio it may carry the suffix of a size.</summary>
    public static long WholeNumber(string text, long min, long max)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = Size(text, SizeUnits.Fio1024);
        return number >= min && number <= max ? number : throw new InputException($"must be from {min} to {max}");
    }

    private static (string Digits, string Suffix) Split(string value)
    {
        var end = 0;
        while (end < value.Length && (char.IsAsciiDigit(value[end]) || (end == 0 && value[0] is '+' or '-') || value[end] is '.'))
        {
            end++;
        }

        return (value[..end], value[end..].Trim());
    }

    private static long Digits(string digits, string expected)
    {
        if (digits.Length == 0)
        {
            throw new InputException($"not a number; expected {expected}");
        }

        if (digits[0] == '-')
        {
            throw new InputException("must not be negative");
        }

        if (digits.Contains('.', StringComparison.Ordinal))
        {
            throw new InputException("must be a whole number (fio would drop what follows the point)");
        }

        return !digits.TrimStart('+').All(char.IsAsciiDigit) || digits == "+"
            ? throw new InputException($"not a number; expected {expected}")
            : long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InputException("the number is too large");
    }

    private static long Multiplier(string suffix, SizeUnits units)
    {
        var lower = suffix.ToLowerInvariant();
        if (lower is "" or "b")
        {
            return 1;
        }

        var power = Powers.IndexOf(lower[0], StringComparison.Ordinal) + 1;
        if (power == 0 || lower[1..] is not ("" or "b" or "i" or "ib"))
        {
            throw new InputException($"'{JobOption.Shorten(suffix)}' is no unit of size; the units are k, m, g, t and p");
        }

        // fio 3.33 looks for "kib" whole; "ki" it takes for "k" with something behind it, whatever its manual says.
        var isIec = lower.Length == 3;
        var unit = units == SizeUnits.Scenario || isIec == (units == SizeUnits.Fio1000) ? 1024L : 1000L;
        var result = 1L;
        for (; power > 0; power--)
        {
            result *= unit;
        }

        return result;
    }

    private static long Multiply(long number, long unit, string what)
    {
        var product = (Int128)number * unit;
        return product <= long.MaxValue ? (long)product : throw new InputException($"too large: at most {long.MaxValue} {what}");
    }
}
