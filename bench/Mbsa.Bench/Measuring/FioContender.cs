namespace Mbsa.Bench.Measuring;

/// <summary>
/// One engine of fio at one point. Every process of fio maps the file anew and takes a fault at the first touch of each page, which can
/// cost as much as fifty I/Os. Those are warm-up, not I/O: what is measured is repeated with a longer warm-up until hardly any are left.
/// </summary>
internal sealed class FioContender(FioProcess fio, string engine, IoPoint point, double seconds)
{
    /// <summary>At 25 us a fault, seen on a virtual machine, and 0.4 us an I/O this is 3 % of the time.</summary>
    private const double MostFaultsPerIo = 0.0005;

    private double _warmupSeconds = Math.Min(1, seconds);

    /// <summary>Whether all that was measured was warm.</summary>
    public bool IsWarm { get; private set; } = true;

    /// <summary>I/Os per second of all jobs together.</summary>
    public double MeasureIops()
    {
        while (true)
        {
            var run = fio.Run(engine, point, _warmupSeconds, seconds);
            var isWarm = run.FaultsPerIo <= MostFaultsPerIo;
            if (isWarm || _warmupSeconds >= 20 * Math.Min(1, seconds))
            {
                IsWarm &= isWarm;
                return run.Iops;
            }

            _warmupSeconds *= 2;
        }
    }
}
