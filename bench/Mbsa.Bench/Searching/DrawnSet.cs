using Mbsa.Actors.Scenarios;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Searching;

/// <summary>A host and its VMs as the search draws them: the few figures that matter, so that a set can be shrunk, printed as a scenario file and run.</summary>
internal sealed record DrawnSet
{
    /// <summary>Cores of the host.</summary>
    public required int Cores { get; init; }

    /// <summary>Core time of any I/O before its bytes, in nanoseconds.</summary>
    public required double OperationNs { get; init; }

    /// <summary>Core time of a byte, in nanoseconds.</summary>
    public required double NsPerByte { get; init; }

    /// <summary>What the memory bus carries.</summary>
    public required double BusBytesPerSecond { get; init; }

    /// <summary>Of the device.</summary>
    public required double ReadBytesPerSecond { get; init; }

    /// <summary>Of the device.</summary>
    public required double WriteBytesPerSecond { get; init; }

    /// <summary>Quantum, in nanoseconds.</summary>
    public long QuantumNs { get; init; } = 25_000;

    /// <summary>Length of the measured part, in milliseconds.</summary>
    public int DurationMs { get; init; } = 200;

    /// <summary>Length of the warm-up, in milliseconds.</summary>
    public int WarmupMs { get; init; } = 40;

    /// <summary>The VMs.</summary>
    public required IReadOnlyList<DrawnVm> Vms { get; init; }

    /// <summary>The scenario, under a policy.</summary>
    public ScenarioSpec ToScenario(string policy)
    {
        var cost = new OperationCost(OperationNs, NsPerByte);
        var vms = Vms.Select(vm => vm.ToSpec()).ToArray();
        List<ScenarioEvent> events = [];
        foreach (var vm in Vms)
        {
            if (vm.ComesAtMs is { } comes)
            {
                events.Add(new ScenarioEvent(comes * 1_000_000L, vm.Name, new VmChange.Start()));
            }

            if (vm.GoesAtMs is { } goes)
            {
                events.Add(new ScenarioEvent(goes * 1_000_000L, vm.Name, new VmChange.Stop()));
            }
        }

        return new ScenarioSpec
        {
            Name = "drawn",
            DurationNs = DurationMs * 1_000_000L,
            WarmupNs = WarmupMs * 1_000_000L,
            WindowNs = events.Count > 0 ? 10_000_000 : null,
            Host = new HostSpec
            {
                Machine = new MachineProfile
                {
                    Name = "drawn",
                    Cores = Cores,
                    MemoryBandwidthBytesPerSecond = BusBytesPerSecond,
                    Paths = new Dictionary<IoPath, PathCosts> { [IoPath.MemoryBus] = new(cost, cost) },
                },
                Device = new DeviceProfile
                {
                    Name = "drawn",
                    ReadBandwidthBytesPerSecond = ReadBytesPerSecond,
                    WriteBandwidthBytesPerSecond = WriteBytesPerSecond,
                },
                NvmSizeBytes = (vms.Sum(vm => vm.Storage?.ChildBytes ?? 0) / (1L << 20) + 64) << 20,
                Payload = PayloadKind.None,
                Policy = policy,
                QuantumNs = QuantumNs,
            },
            Vms = [.. vms],
            Events = [.. events.OrderBy(e => e.AtNs)],
        };
    }
}

/// <summary>A VM of a <see cref="DrawnSet"/>.</summary>
internal sealed record DrawnVm
{
    /// <summary>Unique in the set.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, one clone on each VCPU.</summary>
    public required IReadOnlyList<DrawnJob> Jobs { get; init; }

    /// <summary>Weight.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Floor as a share; 0 for none.</summary>
    public double Floor { get; init; }

    /// <summary>Ceiling as a share; null for none.</summary>
    public double? Limit { get; init; }

    /// <summary>When it starts, in milliseconds of the measured part; null for before.</summary>
    public int? ComesAtMs { get; init; }

    /// <summary>When it is stopped; null for never.</summary>
    public int? GoesAtMs { get; init; }

    /// <summary>Its VCPUs: one for each clone of a job.</summary>
    public int Vcpus => Jobs.Sum(job => job.Clones);

    /// <summary>Whether all its VCPUs do the same.</summary>
    public bool IsOfOneKind => Jobs.Count == 1;

    /// <summary>Whether it ever pauses.</summary>
    public bool Pauses => Jobs.Any(job => job.ThinkNs > 0);

    /// <summary>The VM as a scenario has it.</summary>
    public VmSpec ToSpec() => new()
    {
        Name = Name,
        Vcpus = Vcpus,
        Storage = Jobs.All(job => job.BlockBytes == 0)
            ? null
            : new StorageSpec(IoPath.MemoryBus, Math.Max(4L << 20, Jobs.Max(job => job.BlockBytes))),
        Qos = new QosSpec
        {
            Weight = Weight,
            Reservation = Floor > 0 ? new Promise(PromiseUnit.Share, Floor) : null,
            Limit = Limit is { } limit ? new Promise(PromiseUnit.Share, limit) : null,
        },
        Jobs = [.. Jobs.Select((job, i) => job.ToSpec($"j{i}"))],
        StartsAtOnce = ComesAtMs is null,
    };
}

/// <summary>A job of a <see cref="DrawnVm"/>.</summary>
/// <param name="Clones">VCPUs that do it.</param>
/// <param name="BlockBytes">Bytes of an I/O; 0 for computing.</param>
/// <param name="ReadPercent">Reads among its I/Os.</param>
/// <param name="ThinkNs">Pause after each batch, in nanoseconds; 0 for none.</param>
/// <param name="ThinkBlocks">I/Os of a batch.</param>
internal sealed record DrawnJob(int Clones, int BlockBytes, int ReadPercent = 0, long ThinkNs = 0, int ThinkBlocks = 1)
{
    /// <summary>The job as a scenario has it.</summary>
    public JobSpec ToSpec(string name) => new()
    {
        Name = name,
        NumJobs = Clones,
        TimeBased = true,
        Pattern = BlockBytes == 0 ? IoPattern.Compute : ReadPercent switch { 0 => IoPattern.RandWrite, 100 => IoPattern.RandRead, _ => IoPattern.RandReadWrite },
        ReadPercent = ReadPercent,
        ReadBlockBytes = Math.Max(512, BlockBytes),
        WriteBlockBytes = Math.Max(512, BlockBytes),
        ThinkTimeNs = ThinkNs,
        ThinkTimeBlocks = ThinkBlocks,
    };
}
