namespace Mbsa.Model.Results;

/// <summary>A power failure of the host, and what came back from it.</summary>
/// <param name="AtNs">When the power failed, in nanoseconds after the measured part began.</param>
/// <param name="OutageNs">How long it was to be away, in nanoseconds; the run may have ended before.</param>
public sealed record PowerFailureResult(long AtNs, long OutageNs)
{
    /// <summary>VMs that ran when the power failed and run again. 0 when the run ended before the power came back.</summary>
    public int VmsBack { get; init; }

    /// <summary>Virtual disks mounted afterwards that nobody had properly ended.</summary>
    public int DisksRecovered { get; init; }

    /// <summary>
    /// Changes of their maps that were taken from the logs of their wear policies, because the VDMT need not have had them.
    /// </summary>
    public long RecordsRecovered { get; init; }
}
