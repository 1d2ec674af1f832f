namespace Mbsa.Actors.Qos;

/// <summary>
/// Whether a VM's reservation is kept, window by window of 100 ms: it counts where the VM wanted more all the time, and is missed where it got less than
/// 99 % of what was reserved (docs/QOS.md).
/// </summary>
internal sealed class ReservationLedger
{
    /// <summary>Length of a window, in nanoseconds.</summary>
    public const long WindowNs = 100_000_000;

    private const double Kept = 0.99;

    private TenantCounts _before;

    /// <summary>Windows in which the VM wanted more all the time.</summary>
    public int Windows { get; private set; }

    /// <summary>Of those, the ones in which it got less than was reserved.</summary>
    public int Misses { get; private set; }

    /// <summary>A window is over.</summary>
    /// <param name="counts">What the VM used and wanted until now.</param>
    /// <param name="reservedShare">Its reservation as a dominant share of the host; 0 for none.</param>
    /// <param name="passedNs">Length of the window, in nanoseconds.</param>
    public void Close(in TenantCounts counts, double reservedShare, long passedNs)
    {
        var window = counts.Since(_before);
        _before = counts;
        if (reservedShare > 0 && window.BackloggedNs >= passedNs)
        {
            Windows++;
            Misses += window.Use.DominantNs < Kept * reservedShare * passedNs ? 1 : 0;
        }
    }

    /// <summary>What was counted until now does not count: the measured part begins.</summary>
    public void Begin(in TenantCounts counts)
    {
        _before = counts;
        (Windows, Misses) = (0, 0);
    }
}
