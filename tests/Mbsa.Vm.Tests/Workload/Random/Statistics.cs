namespace Mbsa.Vm.Tests.Workload.Random;

/// <summary>Do observed counts fit a distribution?</summary>
internal static class Statistics
{
    /// <summary>
    /// Pearson's chi-square test, six standard deviations wide; neighbouring cells are merged until 20 draws are expected in each.
    /// </summary>
    public static void AssertFits(ReadOnlySpan<double> counts, ReadOnlySpan<double> probabilities)
    {
        var total = 0.0;
        foreach (var count in counts)
        {
            total += count;
        }

        double chiSquare = 0, observed = 0, expected = 0;
        var cells = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            observed += counts[i];
            expected += probabilities[i] * total;
            if (expected >= 20)
            {
                chiSquare += (observed - expected) * (observed - expected) / expected;
                (observed, expected) = (0, 0);
                cells++;
            }
        }

        var freedom = cells - 1;
        Assert.True(freedom > 0, "nothing to test");
        Assert.True(chiSquare < freedom + (6 * Math.Sqrt(2.0 * freedom)) + 20, $"chi-square {chiSquare} with {freedom} degrees of freedom");
    }
}
