namespace Mbsa.Metrics;

/// <summary>How evenly something was shared out, as one number.</summary>
public static class Fairness
{
    /// <summary>
    /// Jain's index of fairness, (sum x)^2 / (n * sum x^2): 1 when all got the same, 1/n when one got everything.
    /// Nobody is treated worse than anybody else when there is nobody, or when all got nothing: both are 1.
    /// Source: R. Jain, D.-M. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared
    /// Computer Systems", DEC-TR-301, 1984.
    /// </summary>
    /// <param name="allocations">What each got, in any one unit, divided by what it was due if that differs. Finite, not negative.</param>
    /// <returns>The index, above 0 and at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An allocation is negative, infinite or not a number.</exception>
    public static double JainIndex(ReadOnlySpan<double> allocations)
    {
        double largest = 0;
        foreach (double allocation in allocations)
        {
            if (!(allocation >= 0) || double.IsInfinity(allocation))
            {
                throw new ArgumentOutOfRangeException(nameof(allocations), allocation, "An allocation is a finite number, 0 or more.");
            }
            largest = Math.Max(largest, allocation);
        }
        if (largest == 0)
        {
            return 1;
        }

        // The index does not depend on the unit: with the largest as the unit no square overflows, nor do all of them vanish.
        double sum = 0;
        double sumOfSquares = 0;
        foreach (double allocation in allocations)
        {
            double scaled = allocation / largest;
            sum += scaled;
            sumOfSquares += scaled * scaled;
        }
        return Math.Min(1, sum * sum / (allocations.Length * sumOfSquares));
    }

    /// <summary>
    /// The largest slowdown over the smallest: 1 when sharing slows everybody alike, 3 when the worst off is slowed three times as much
    /// as the best off. 1 when there is nobody; infinite when one is stopped altogether (an infinite slowdown) and another is not.
    /// </summary>
    /// <param name="slowdowns">For each, the time with the others over the time alone (or rate alone over rate with the others).
    /// Above 0.</param>
    /// <returns>The ratio, 1 or more.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A slowdown is 0, negative or not a number.</exception>
    public static double MaxMinSlowdown(ReadOnlySpan<double> slowdowns)
    {
        double smallest = double.PositiveInfinity;
        double largest = 0;
        foreach (double slowdown in slowdowns)
        {
            if (!(slowdown > 0))
            {
                throw new ArgumentOutOfRangeException(nameof(slowdowns), slowdown, "A slowdown is a number above 0.");
            }
            smallest = Math.Min(smallest, slowdown);
            largest = Math.Max(largest, slowdown);
        }
        // Also keeps infinity over infinity, which is not a number, from getting out: all are stopped alike.
        return slowdowns.IsEmpty || largest == smallest ? 1 : largest / smallest;
    }
}
