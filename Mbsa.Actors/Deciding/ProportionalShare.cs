namespace Mbsa.Actors.Deciding;

/// <summary>
/// Divides an amount in proportion to weights, none more than its cap; what a cap cuts off goes to the others. Pure, in the order given.
/// </summary>
internal static class ProportionalShare
{
    /// <summary>Computes the parts.</summary>
    /// <param name="amount">What there is, at least 0.</param>
    /// <param name="weights">At least 0 each. Who has none gets nothing.</param>
    /// <param name="caps">At least 0 each; as many.</param>
    /// <returns>A part for each; together the amount, or the caps of those with a weight where these are less.</returns>
    public static double[] Divide(double amount, IReadOnlyList<double> weights, IReadOnlyList<double> caps)
    {
        var parts = new double[weights.Count];
        var isOpen = new bool[weights.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            isOpen[i] = weights[i] > 0;
        }

        while (true)
        {
            double left = amount, open = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                left -= isOpen[i] ? 0 : parts[i];
                open += isOpen[i] ? weights[i] : 0;
            }

            if (open == 0)
            {
                return parts;
            }

            var level = Math.Max(0, left) / open;
            if (!Cap(parts, isOpen, level, weights, caps))
            {
                return parts;
            }
        }
    }

    /// <summary>Gives each that is open its part at a level, and closes those whose cap is below.</summary>
    /// <returns>Whether one was closed.</returns>
    private static bool Cap(double[] parts, bool[] isOpen, double level, IReadOnlyList<double> weights, IReadOnlyList<double> caps)
    {
        var any = false;
        for (var i = 0; i < parts.Length; i++)
        {
            if (isOpen[i])
            {
                var isCapped = caps[i] < level * weights[i];
                parts[i] = isCapped ? caps[i] : level * weights[i];
                isOpen[i] = !isCapped;
                any |= isCapped;
            }
        }

        return any;
    }
}
