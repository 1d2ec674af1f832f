namespace Mbsa.Host.Page;

/// <summary>What the page has to know once: the scenario.</summary>
internal sealed record PageScenario
{
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required ulong Seed { get; init; }
    public required string Clock { get; init; }
    public required string Policy { get; init; }
    public required string PolicyDescription { get; init; }
    public required string Machine { get; init; }
    public required string Device { get; init; }
    public required int Cores { get; init; }

    /// <summary>In words, with the order of service where one is gone by; of hosts that differ all of them.</summary>
    public required string Quantum { get; init; }
    public required long WarmupNs { get; init; }
    public required long DurationNs { get; init; }
    public required long NvmSizeBytes { get; init; }

    /// <summary>Writes that a block bears, of several devices the one that bears least; null when it bears all.</summary>
    public required double? EnduranceWrites { get; init; }
    public required IReadOnlyList<PageVm> Vms { get; init; }

    /// <summary>The hosts, in the scenario's order; null for a single one.</summary>
    public required IReadOnlyList<PageHost>? Hosts { get; init; }
}

/// <summary>One of several hosts as the scenario has it.</summary>
internal sealed record PageHost(string Name, string Machine, string Policy, string Quantum, int Cores, long NvmSizeBytes);

/// <summary>A VM as the scenario has it.</summary>
internal sealed record PageVm(string Name, int Vcpus, string? Path, double Weight, string? Reservation, string? Limit);

/// <summary>
/// How the run stands, a few times a second. A list of VMs is in the scenario's order; null where there is nothing to say.
/// </summary>
internal sealed record PageFrame
{
    public required long ClockNs { get; init; }
    public required long EndNs { get; init; }
    public required bool Measuring { get; init; }

    /// <summary>The run is over, and its report is there.</summary>
    public required bool Ended { get; init; }

    /// <summary>Real time since its start, in seconds; stands still when it is over.</summary>
    public required double ElapsedSeconds { get; init; }
    public required PageUse Use { get; init; }
    public required double? Jain { get; init; }
    public required long AllocatedBytes { get; init; }

    /// <summary>Points of the time series there are.</summary>
    public required int Points { get; init; }

    /// <summary>Number of the next entry of the journal.</summary>
    public required long NextEvent { get; init; }
    public required PageVms Vms { get; init; }

    /// <summary>What only several hosts have; null for a single one, and as long as nothing is known of them.</summary>
    public required PageCluster? Cluster { get; init; }
}

/// <summary>The hosts, a list for each figure, and what happened between them. Use is lately, each 0 to 1.</summary>
internal sealed record PageCluster
{
    public required IReadOnlyList<string> State { get; init; }
    public required IReadOnlyList<double> Cpu { get; init; }
    public required IReadOnlyList<double> Bus { get; init; }
    public required IReadOnlyList<double> Nvm { get; init; }
    public required IReadOnlyList<long> AllocatedBytes { get; init; }

    /// <summary>VMs that run on the host.</summary>
    public required IReadOnlyList<int> Vms { get; init; }

    /// <summary>For each VM the place of its host; null for none.</summary>
    public required IReadOnlyList<int?> HostOfVm { get; init; }
    public required long MigrationsDone { get; init; }
    public required long MigrationsCancelled { get; init; }
    public required int MigrationsUnderWay { get; init; }
    public required long MigratedBytes { get; init; }
    public required long DowntimeNs { get; init; }
    public required long HostLosses { get; init; }
}

/// <summary>Use of the host lately, each 0 to 1.</summary>
internal sealed record PageUse(double Cpu, double Bus, double Nvm);

/// <summary>The VMs, a list for each figure. Rates are per second of the scenario's clock, lately.</summary>
internal sealed record PageVms
{
    public required IReadOnlyList<string> State { get; init; }
    public required IReadOnlyList<double> Iops { get; init; }
    public required IReadOnlyList<double> Bandwidth { get; init; }

    /// <summary>The part of the host, as a share of the resource the VM uses most; so is what was planned.</summary>
    public required IReadOnlyList<double> Share { get; init; }
    public required IReadOnlyList<double?> Planned { get; init; }

    /// <summary>Share of its VCPUs' time in which they were ready and did not run.</summary>
    public required IReadOnlyList<double> Waiting { get; init; }
    public required IReadOnlyList<PagePercentiles?> Read { get; init; }
    public required IReadOnlyList<PagePercentiles?> Write { get; init; }
}

/// <summary>Percentiles of latencies, in nanoseconds.</summary>
internal sealed record PagePercentiles(double P50, double P99);

/// <summary>A part of the time series: for each point its end in seconds, the host's use, and what was asked for of VMs.</summary>
internal sealed record PageSeries(
    int From, IReadOnlyList<double> Seconds, IReadOnlyList<double> Cpu, IReadOnlyList<double> Bus, IReadOnlyList<double> Nvm,
    IReadOnlyList<PageVmSeries> Vms);

/// <summary>One VM over the points. Shares are parts of the host, of the resource the VM uses most.</summary>
internal sealed record PageVmSeries(
    string Name, IReadOnlyList<double?> Share, IReadOnlyList<double?> Planned, IReadOnlyList<double?> Bandwidth,
    IReadOnlyList<double?> P99Ns);

/// <summary>An entry of the journal.</summary>
internal sealed record PageEvent(long Number, long ClockNs, string Kind, string Text);

/// <summary>The devices, one after the other, as a row of cells, and the wear of their disks.</summary>
/// <param name="Vms">Names that <see cref="Owners"/> refers to.</param>
/// <param name="Devices">Cells of each device, in the order of the hosts.</param>
/// <param name="Owners">
/// Whose child device lies in the cell: a place in <see cref="Vms"/>, -1 for nobody, -2 for the device's own metadata.
/// </param>
/// <param name="Worst">Writes of the cell's most written block.</param>
/// <param name="Heads">Heads of the table of disks.</param>
/// <param name="Disks">Its rows for people, the most worn first.</param>
internal sealed record PageWear(
    IReadOnlyList<string> Vms, IReadOnlyList<int> Devices, IReadOnlyList<int> Owners, IReadOnlyList<long> Worst,
    IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Disks);
