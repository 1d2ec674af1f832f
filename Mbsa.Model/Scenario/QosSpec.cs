namespace Mbsa.Model.Scenario;

/// <summary>What was promised to a VM. Shares are fractions of the host, 0 to 1.</summary>
public sealed record QosSpec
{
    /// <summary>Weight 1, nothing reserved, no limit.</summary>
    public static QosSpec BestEffort { get; } = new();

    /// <summary>How what is left is divided; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The floor, if any.</summary>
    public Promise? Reservation { get; init; }

    /// <summary>The ceiling, if any.</summary>
    public Promise? Limit { get; init; }

    /// <summary>
    /// Of the latency class: how long a batch of <see cref="BurstOperations"/> I/Os may take, in nanoseconds; null for a throughput VM.
    /// Such a VM is served first within its reservation.
    /// </summary>
    public long? LatencyNs { get; init; }

    /// <summary>Of the latency class: I/Os it may do at once after a pause, still served first; above 0.</summary>
    public int BurstOperations { get; init; } = DefaultBurstOperations;

    /// <summary>Whether the VM runs without its reservation when that does not fit beside those of others; else it does not run.</summary>
    public bool OrBestEffort { get; init; }

    /// <summary>The burst when none is asked for.</summary>
    public const int DefaultBurstOperations = 64;

    /// <summary>The same with nothing reserved, and so not of the latency class.</summary>
    public QosSpec WithoutReservation() => this with { Reservation = null, LatencyNs = null };
}

/// <summary>A floor or ceiling, in one of three units.</summary>
/// <param name="Unit">What <paramref name="Value"/> counts.</param>
/// <param name="Value">A fraction of the host between 0 and 1, bytes per second, or I/Os per second.</param>
public readonly record struct Promise(PromiseUnit Unit, double Value);

/// <summary>Unit of a <see cref="Promise"/>.</summary>
public enum PromiseUnit
{
    /// <summary>A fraction of the host.</summary>
    Share,

    /// <summary>Bytes per second.</summary>
    BytesPerSecond,

    /// <summary>I/Os per second.</summary>
    OperationsPerSecond,
}
