using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Host.Calibration;
using Mbsa.Host.Files.Profiles;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// Whether the virtual clock predicts the wall clock: the same scenarios under both, the virtual one with this machine's profile.
/// The machine is calibrated in turns with the wall runs, so that a machine that changes its pace does not look mispredicted.
/// </summary>
internal static class PredictCommand
{
    private const double Bar = 0.1;
    private const long DiskBytes = 256L << 20;
    private const double VirtualSeconds = 0.5;

    private static readonly int _cores = Environment.ProcessorCount;

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = options.Seconds ?? 0.5;
        var repetitions = options.Repetitions ?? 5;
        output.WriteLine("## predict: the virtual clock against the wall clock\n");
        var given = options.Profile is { } file ? ProfileCatalog.Machine(file) : null;
        if (given is not null && given.Cores != _cores)
        {
            output.WriteLine($"The profile has {given.Cores} cores and this machine {_cores}: it is used with {_cores}.\n");
        }

        var workloads = Workloads();
        var calibration = given is null ? new MachineCalibration() : null;
        var walls = MeasureWalls(workloads, calibration, seconds, repetitions);
        var machine = (given ?? calibration!.Profile()) with { Cores = _cores };
        var source = given is null ? "calibrated in turns with the wall runs, medians" : options.Profile;
        output.WriteLine(
            $"{_cores} cores; profile: {source}. Wall: {repetitions} runs of {Show.Seconds(seconds)}, the workloads in turns.");
        output.WriteLine("Device: as fast as memory, its bandwidth without limit.\n");
        PrintProfile(machine, output);
        PrintPredictions(workloads, machine, walls, output);
    }

    /// <summary>
    /// Bytes per second of every VM that does I/O; the workloads in turns, so that a change of the machine's pace is spread over all.
    /// </summary>
    private static Dictionary<(string Workload, string Vm), Samples> MeasureWalls(
        ImmutableArray<Workload> workloads, MachineCalibration? calibration, double seconds, int repetitions)
    {
        var machine = ProfileCatalog.Machine("generic-4core") with { Cores = _cores }; // its costs mean nothing under the wall clock
        var walls = new Dictionary<(string Workload, string Vm), Samples>();
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            calibration?.MeasureRound(CancellationToken.None);
            foreach (var workload in workloads)
            {
                foreach (var (vm, bytesPerSecond) in Throughputs(workload, ClockKind.Wall, machine, seconds))
                {
                    walls.TryAdd((workload.Name, vm), new Samples());
                    walls[(workload.Name, vm)].Add(bytesPerSecond);
                }
            }
        }

        return walls;
    }

    private static void PrintProfile(MachineProfile machine, TextWriter output)
    {
        var costs = new Table("memory-bus", "operation", "per byte", "random");
        var (read, write) = (machine.Paths[IoPath.MemoryBus].Read, machine.Paths[IoPath.MemoryBus].Write);
        costs.Add("read", Ns(read.OperationNs), Ns(read.NsPerByte), Ns(read.RandomNs));
        costs.Add("write", Ns(write.OperationNs), Ns(write.NsPerByte), Ns(write.RandomNs));
        costs.Print(output);
        static string Ns(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} ns");
    }

    private static void PrintPredictions(
        ImmutableArray<Workload> workloads, MachineProfile machine,
        Dictionary<(string Workload, string Vm), Samples> walls, TextWriter output)
    {
        var table = new Table("workload", "VM", "wall: median (min..max)", "virtual", "error");
        var errors = new List<double>();
        foreach (var workload in workloads)
        {
            foreach (var (vm, predicted) in Throughputs(workload, ClockKind.Virtual, machine, VirtualSeconds))
            {
                var wall = walls[(workload.Name, vm)];
                var error = predicted / wall.Median - 1;
                errors.Add(Math.Abs(error));
                table.Add(workload.Name, vm, wall.Text(Show.GigabytesPerSecond), Show.GigabytesPerSecond(predicted), Show.Percent(error));
            }
        }

        table.Print(output);
        var budgets = new BudgetTable();
        budgets.AtMost($"mean absolute error of {errors.Count} predictions", Bar, new Samples([errors.Average()]), Show.Percent);
        budgets.Note("largest error", new Samples([errors.Max()]), Show.Percent);
        budgets.Print(output);
    }

    private static IEnumerable<(string Vm, double BytesPerSecond)> Throughputs(Workload workload,
        ClockKind clock, MachineProfile machine, double seconds)
    {
        var scenario = Lab.Scenario(clock, machine, workload.Vms).WithPolicy(workload.Policy).Lasting(seconds);
        var device = scenario.Host.Device with { ReadBandwidthBytesPerSecond = 1e12, WriteBandwidthBytesPerSecond = 1e12 };
        scenario = scenario with { Host = scenario.Host with { Device = device } };
        var result = Lab.Run(clock == ClockKind.Wall ? scenario.Touched() : scenario);
        return result.Vms.Where(vm => vm.Spec.Storage is not null).Select(vm => (vm.Spec.Name, BytesPerSecond(vm, result.MeasuredNs)));
    }

    private static double BytesPerSecond(VmResult vm, long measuredNs) => (vm.Read.Bytes + vm.Write.Bytes) * 1e9 / measuredNs;

    private static ImmutableArray<Workload> Workloads()
    {
        VmSpec Vm(string name, IoPattern pattern, double weight = 1)
        {
            var job = Lab.Job(pattern, 1);
            job = pattern is IoPattern.Read or IoPattern.Write ? InParts(job) : job;
            return Lab.Vm(name, _cores, DiskBytes, job) with { Qos = new QosSpec { Weight = weight } };
        }

        var mixed = Lab.Job(IoPattern.RandReadWrite, 1) with { ReadPercent = 70 };
        var large = InParts(Lab.Job(IoPattern.Write, 1)) with { WriteBlockBytes = 16384 };
        var hog = new JobSpec { Name = "job", Pattern = IoPattern.Compute, CpuPercent = 50, NumJobs = _cores };
        return
        [
            .. from pattern in new[] { IoPattern.Read, IoPattern.Write, IoPattern.RandRead, IoPattern.RandWrite }
               select new Workload(Show.Pattern(pattern), "fair", [Vm("vm", pattern)]),
            new Workload("a: randread : randwrite = 1 : 3, fair", "fair",
                [Vm("reader", IoPattern.RandRead, 1), Vm("writer", IoPattern.RandWrite, 3)]),
            new Workload("b: randrw 70/30, write 16k, 50 % hog, none", "none",
            [
                Lab.Vm("mixed", _cores, DiskBytes, mixed),
                Lab.Vm("writer", _cores, DiskBytes, large),
                new VmSpec { Name = "hog", Vcpus = _cores, Jobs = [hog] },
            ]),
        ];
    }

    /// <summary>
    /// Each VCPU goes through a part of its own: two that follow one another over the same blocks measure the cache they share.
    /// </summary>
    private static JobSpec InParts(JobSpec job)
    {
        var part = new Extent(DiskBytes / 65536 / _cores * 65536);
        return job with { Size = part, OffsetIncrement = part };
    }

    private sealed record Workload(string Name, string Policy, ImmutableArray<VmSpec> Vms);
}
