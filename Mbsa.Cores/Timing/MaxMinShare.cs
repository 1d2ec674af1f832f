namespace Mbsa.Cores.Timing;

/// <summary>
/// Divides memory bus and NVM among the flows that run at one moment, max-min fairly on each flow's dominant use
/// (Ghodsi et al., "Dominant Resource Fairness", NSDI 2011, by progressive filling). Pure arithmetic on + - * / only, in the order
/// of the flows, so every machine gets the same bits.
/// </summary>
public static class MaxMinShare
{
    /// <summary>Computes how fast each flow runs.</summary>
    /// <param name="busUse">Per flow, the fraction of the bus it would use at full speed, 0 to 1.</param>
    /// <param name="nvmUse">Per flow, the fraction of the NVM it would use at full speed, 0 to 1.</param>
    /// <param name="speed">Receives each flow's speed, above 0 and at most 1. As long as the inputs.</param>
    public static void Divide(ReadOnlySpan<double> busUse, ReadOnlySpan<double> nvmUse, Span<double> speed)
    {
        double bus = 0, nvm = 0;
        for (var i = 0; i < busUse.Length; i++)
        {
            bus += busUse[i];
            nvm += nvmUse[i];
        }

        if (bus <= 1 && nvm <= 1)
        {
            speed.Fill(1);
            return;
        }

        Fill(busUse, nvmUse, speed);
    }

    /// <summary>
    /// Raises a common level of dominant use; a flow leaves when it runs at full speed or when a resource it uses is full.
    /// </summary>
    private static void Fill(ReadOnlySpan<double> busUse, ReadOnlySpan<double> nvmUse, Span<double> speed)
    {
        const double rising = -1;
        speed.Fill(rising);
        while (true)
        {
            double busLeft = 1, nvmLeft = 1, busSlope = 0, nvmSlope = 0;
            for (var i = 0; i < speed.Length; i++)
            {
                if (speed[i] != rising)
                {
                    busLeft -= speed[i] * busUse[i];
                    nvmLeft -= speed[i] * nvmUse[i];
                    continue;
                }

                var dominant = Math.Max(busUse[i], nvmUse[i]);
                if (dominant > 0)
                {
                    busSlope += busUse[i] / dominant;
                    nvmSlope += nvmUse[i] / dominant;
                }
            }

            var busLevel = busSlope > 0 ? busLeft / busSlope : double.PositiveInfinity;
            var nvmLevel = nvmSlope > 0 ? nvmLeft / nvmSlope : double.PositiveInfinity;
            var level = Math.Min(busLevel, nvmLevel);
            if (!SettleFullSpeed(busUse, nvmUse, speed, level, rising) &&
                !SettleAtLevel(busUse, nvmUse, speed, level, busLevel <= nvmLevel ? busUse : nvmUse, rising))
            {
                return;
            }
        }
    }

    private static bool SettleFullSpeed(
        ReadOnlySpan<double> busUse, ReadOnlySpan<double> nvmUse, Span<double> speed, double level, double rising)
    {
        var any = false;
        for (var i = 0; i < speed.Length; i++)
        {
            if (speed[i] == rising && Math.Max(busUse[i], nvmUse[i]) <= level)
            {
                speed[i] = 1;
                any = true;
            }
        }

        return any;
    }

    private static bool SettleAtLevel(
        ReadOnlySpan<double> busUse, ReadOnlySpan<double> nvmUse,
        Span<double> speed, double level, ReadOnlySpan<double> full, double rising)
    {
        var any = false;
        for (var i = 0; i < speed.Length; i++)
        {
            if (speed[i] == rising && full[i] > 0)
            {
                speed[i] = Math.Max(level, double.Epsilon) / Math.Max(busUse[i], nvmUse[i]);
                any = true;
            }
        }

        return any;
    }
}
