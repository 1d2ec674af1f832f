namespace Mbsa.Metrics;

/// <summary>What happened between the hosts of a run until one moment. Counts are totals since the run began.</summary>
public sealed record ClusterSample
{
    /// <summary>Migrations after which the VM ran on another host.</summary>
    public long MigrationsDone { get; init; }

    /// <summary>Migrations that were called off: the VM stayed where it was.</summary>
    public long MigrationsCancelled { get; init; }

    /// <summary>Migrations under way.</summary>
    public long MigrationsUnderWay { get; init; }

    /// <summary>Bytes that all migrations sent, those called off among them.</summary>
    public long MigratedBytes { get; init; }

    /// <summary>How long VMs stood still to be moved, all together, in seconds.</summary>
    public double DowntimeSeconds { get; init; }

    /// <summary>Times a host was lost.</summary>
    public long HostLosses { get; init; }
}
