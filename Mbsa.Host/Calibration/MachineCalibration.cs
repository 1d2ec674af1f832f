using Mbsa.Actors.Runs;
using Mbsa.Cores.Policies;
using Mbsa.Host.Commands;
using Mbsa.Host.Files.Profiles;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Calibration;

/// <summary>
/// Measures this machine by running the wall clock's own way of an I/O, on all cores at once: what cores take from one another below
/// saturation is part of each cost then, as it will be when VMs contend. Two block sizes tell the cost of an operation from that of a byte.
/// </summary>
internal sealed class MachineCalibration : ICalibration
{
    private const int SmallBytes = 4096;
    private const int LargeBytes = 16384;
    private const int Rounds = 5;
    private const long DiskBytes = 256L << 20;
    private const long MeasureNs = 250_000_000;
    private const long WarmupNs = 250_000_000;

    private static readonly DeviceProfile _dram = new()
    {
        Name = "dram",
        ReadBandwidthBytesPerSecond = 1e12,
        WriteBandwidthBytesPerSecond = 1e12,
    };

    private static readonly IoPath[] _paths = [IoPath.MemoryBus, IoPath.Host];

    private static readonly int _cores = Environment.ProcessorCount;

    private readonly Dictionary<Point, List<double>> _coreNs = [];

    /// <inheritdoc/>
    public MachineProfile Measure(Action<string> progress, CancellationToken cancellation)
    {
        _coreNs.Clear();
        for (var round = 1; round <= Rounds; round++)
        {
            progress($"measuring, round {round} of {Rounds}");
            MeasureRound(cancellation);
        }

        return Profile();
    }

    /// <summary>Measures every point once more.</summary>
    public void MeasureRound(CancellationToken cancellation)
    {
        foreach (var point in from path in _paths
                              from pattern in new[] { IoPattern.Read, IoPattern.Write, IoPattern.RandRead, IoPattern.RandWrite }
                              from bytes in pattern is IoPattern.Read or IoPattern.Write ? new[] { SmallBytes, LargeBytes } : [SmallBytes]
                              select new Point(path, pattern, bytes))
        {
            cancellation.ThrowIfCancellationRequested();
            _coreNs.TryAdd(point, []);
            _coreNs[point].Add(Run(point));
        }
    }

    /// <summary>The profile that follows from the medians of all rounds so far.</summary>
    public MachineProfile Profile() => new()
    {
        Name = "this",
        Description = $"This machine, {_cores} cores.",
        Source = $"mbsa calibrate: medians of {_coreNs.Values.First().Count} rounds of {MeasureNs / 1e6:0} ms, "
        + $"all cores busy on a disk of {DiskBytes >> 20} MiB",
        Cores = _cores,
        MemoryBandwidthBytesPerSecond = _coreNs.Max(f => f.Key.Bytes * 1e9 * _cores / f.Value.Min()),
        Paths = _paths.ToDictionary(path => path, path => new PathCosts(
            Cost((pattern, bytes) => MedianNs(path, pattern, bytes), IoPattern.Read, IoPattern.RandRead),
            Cost((pattern, bytes) => MedianNs(path, pattern, bytes), IoPattern.Write, IoPattern.RandWrite))),
    };

    private static OperationCost Cost(Func<IoPattern, int, double> coreNs, IoPattern sequential, IoPattern random) =>
        Split(coreNs(sequential, SmallBytes), coreNs(sequential, LargeBytes), coreNs(random, SmallBytes));

    /// <summary>
    /// Splits the core time of a small operation, which is kept exactly, by the slope between the two block sizes. On a busy machine a
    /// large one may have taken more than its bytes account for: what an operation costs itself is at least what a profile may say.
    /// </summary>
    /// <param name="smallNs">Core time of a small operation, in nanoseconds; at least <see cref="ProfileReader.MinOperationNs"/>.</param>
    /// <param name="largeNs">The same of a large one.</param>
    /// <param name="randomNs">The same of a small one that does not continue the one before.</param>
    internal static OperationCost Split(double smallNs, double largeNs, double randomNs)
    {
        var slope = (largeNs - smallNs) / (LargeBytes - SmallBytes);
        var nsPerByte = Math.Clamp(slope, 0, Math.Max(0, smallNs - ProfileReader.MinOperationNs) / SmallBytes);
        var operationNs = Math.Max(ProfileReader.MinOperationNs, smallNs - nsPerByte * SmallBytes);
        return new OperationCost(operationNs, nsPerByte, Math.Max(0, randomNs - smallNs));
    }

    /// <summary>Core time of one operation, in nanoseconds.</summary>
    private static double Run(Point point)
    {
        var result = ScenarioRun.Start(Scenario(point)).Completion.GetAwaiter().GetResult();
        var operations = result.Vms.Sum(vm => vm.Read.Operations + vm.Write.Operations);
        return result.Vms.Sum(vm => vm.StorageCpuNs) / (double)operations;
    }

    private static ScenarioSpec Scenario(Point point)
    {
        var unused = new PathCosts(new OperationCost(0, 0), new OperationCost(0, 0));
        return new ScenarioSpec
        {
            Name = "calibration",
            Clock = ClockKind.Wall,
            WarmupNs = WarmupNs,
            DurationNs = MeasureNs,
            Host = new HostSpec
            {
                Machine = new MachineProfile
                {
                    Name = "this",
                    Cores = _cores,
                    MemoryBandwidthBytesPerSecond = 1e12,
                    Paths = new Dictionary<IoPath, PathCosts> { [point.Path] = unused },
                },
                Device = _dram,
                NvmSizeBytes = 2 * DiskBytes,
                Payload = PayloadKind.Full,
                Policy = QosPolicies.Default,
                QuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Wall),
            },
            Vms =
            [
                new VmSpec
                {
                    Name = "all-cores",
                    Vcpus = _cores,
                    Storage = new StorageSpec(point.Path, DiskBytes),
                    Jobs = [Job(point)],
                },
            ],
        };
    }

    /// <summary>
    /// Sequential jobs have a part of the disk each: two that follow one another over the same blocks would measure the cache they share.
    /// </summary>
    private static JobSpec Job(Point point)
    {
        var job = new JobSpec
        {
            Pattern = point.Pattern,
            ReadBlockBytes = point.Bytes,
            WriteBlockBytes = point.Bytes,
            NumJobs = _cores,
            TimeBased = true,
        };
        var part = new Extent(DiskBytes / LargeBytes / _cores * LargeBytes);
        return point.Pattern is IoPattern.Read or IoPattern.Write ? job with { Size = part, OffsetIncrement = part } : job;
    }

    private double MedianNs(IoPath path, IoPattern pattern, int bytes)
    {
        var values = _coreNs[new Point(path, pattern, bytes)];
        return values.Order().ElementAt(values.Count / 2);
    }

    private sealed record Point(IoPath Path, IoPattern Pattern, int Bytes);
}
