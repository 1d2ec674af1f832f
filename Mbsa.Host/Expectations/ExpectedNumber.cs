using System.Buffers;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Expectations;

/// <summary>Reads the numbers of an expectation: one with a unit, or how many times something else.</summary>
internal static class ExpectedNumber
{
    private static readonly SearchValues<char> _number = SearchValues.Create("0123456789.");

    /// <summary>Takes "30% of host" or "2 x writer-1" apart; null when it is neither.</summary>
    public static (double Factor, string Target)? Multiple(string side)
    {
        var end = side.AsSpan().IndexOfAnyExcept(_number);
        if (end <= 0)
        {
            return null;
        }

        var rest = side[end..].TrimStart();
        string? target = null;
        var dimension = Dimension.Count;
        if (rest is ['%', ..] && rest[1..].TrimStart() is var after && after.StartsWith("of ", StringComparison.Ordinal))
        {
            (target, dimension) = (after[3..].Trim(), Dimension.Percent);
        }
        else if (rest is ['x' or '*', ..] && rest[1..].TrimStart() is [var first, ..] other && char.IsAsciiLetter(first))
        {
            target = other;
        }

        if (target is null)
        {
            return null;
        }

        var number = side[..end] + (dimension == Dimension.Percent ? "%" : "");
        return Quantity.Try(number, dimension, out var factor) is { } error ? throw new InputException(error) : (factor, target);
    }

    /// <summary>
    /// A number with its unit. A share may be a plain fraction up to 1, and processor seconds plain seconds, since their names say so.
    /// </summary>
    public static LiteralOperand Literal(string side, Operand left, Figure? metric)
    {
        var error = Quantity.Try(side, left.Dimension, out var value);
        if (error is null)
        {
            return new LiteralOperand(left.Dimension, value);
        }

        var plain = Quantity.Try(side, Dimension.Count, out var number) is null;
        if (plain && left.Dimension == Dimension.Percent)
        {
            // Whoever writes 40 for a share means 40 %, and a ceiling of 4000 % would hold whatever happens.
            return number <= 1
                ? new LiteralOperand(left.Dimension, number)
                : throw new InputException($"'{Excerpt.Of(side)}' is {QuantityText.Format(number, Dimension.Percent)} of a share; "
                    + $"write '{Excerpt.Of(side)}%', or a fraction up to 1");
        }

        if (plain && metric?.Name == "cpu_seconds")
        {
            return new LiteralOperand(left.Dimension, number * 1e9);
        }

        if (metric is null && Quantity.Try(side, Dimension.Percent, out var share) is null)
        {
            return new LiteralOperand(left.Dimension, share);
        }

        throw new InputException(error);
    }
}
