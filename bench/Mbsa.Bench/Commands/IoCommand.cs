using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>The wall clock's whole way of a 4 KiB I/O, against a bare loop of the same copies and against fio, taken in turns.</summary>
internal static class IoCommand
{
    private const double WriteShare = 0.9;
    private const double ReadShare = 0.8;
    private const double FioFactor = 1.5;
    private const double ShareLevelled = 0.99;
    private const long DiskBytes = 1L << 30;

    /// <summary>Small and hot enough for wear levelling to be at work all the time.</summary>
    private const long HotDiskBytes = 64L << 20;
    private const double HotTheta = 1.2;

    /// <summary>
    /// Three copies of the disk stand in memory at most (fio's file stays); below this there is no room for them and the rest.
    /// </summary>
    private const long EnoughMemoryBytes = 5L << 30;

    private static readonly string[] _contenders = ["mbsa", "mbsa, latency every", "mbsa, due-time", "bare loop", "fio mmap", "fio psync"];

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = options.Seconds ?? 1;
        var repetitions = options.Repetitions ?? 5;
        var diskBytes = MachineHeader.MemoryAvailableBytes() >= EnoughMemoryBytes ? DiskBytes : DiskBytes / 2;
        output.WriteLine($"## io: 4 KiB, memory-bus, device dram, disk of {diskBytes >> 20} MiB, wall clock\n");
        output.WriteLine(
            $"IOPS, median (min..max) of {repetitions} rounds of {Show.Seconds(seconds)}; in a round each contender has its turn.");
        output.WriteLine(FioProcess.WhyNot is { } why ? $"No figures of fio: {why}.\n" : "");
        using var fio = FioProcess.WhyNot is null ? new FioProcess(diskBytes) : null;
        var figures = new Table(["VCPUs", "pattern", .. _contenders]);
        var budgets = new BudgetTable();
        WarmUp(diskBytes);
        foreach (var jobs in new[] { 1, 2 })
        {
            foreach (var pattern in new[] { IoPattern.Read, IoPattern.Write, IoPattern.RandRead, IoPattern.RandWrite })
            {
                var point = new IoPoint(pattern, jobs, diskBytes);
                var (samples, isFioWarm) = Measure(point, fio, seconds, repetitions);
                var cells = samples.Select(s => s.Text(Show.Millions)).ToArray();
                cells[4] += isFioWarm ? "" : " *";
                figures.Add([$"{jobs}", Show.Pattern(pattern), .. cells]);
                AddBudgets(budgets, point, samples, isFioWarm);
            }
        }

        foreach (var jobs in new[] { 1, 2 })
        {
            AddHotLoad(budgets, jobs, seconds, repetitions);
        }

        figures.Print(output);
        output.WriteLine("Shares and factors are medians of the ratios within a round.");
        output.WriteLine("\\* fio was still faulting in its mapping, so it is no measure: ask for longer --seconds.\n");
        AddAllocations(budgets);
        budgets.Print(output);
    }

    private static (Samples[] Samples, bool IsFioWarm) Measure(IoPoint point, FioProcess? fio, double seconds, int repetitions)
    {
        var warmupSeconds = Math.Min(0.2, seconds);
        var samples = _contenders.Select(_ => new Samples()).ToArray();
        var mmap = fio is null ? null : new FioContender(fio, "mmap", point, seconds);
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            samples[0].Add(Mbsa(point, LatencySampling.Sampled, "none", warmupSeconds, seconds));
            samples[1].Add(Mbsa(point, LatencySampling.Every, "none", warmupSeconds, seconds));
            samples[2].Add(Mbsa(point, LatencySampling.Sampled, "due-time", warmupSeconds, seconds));
            samples[3].Add(BareLoop.MeasureIops(point, warmupSeconds, seconds));
            if (fio is not null)
            {
                samples[4].Add(mmap!.MeasureIops());
                samples[5].Add(fio.Run("psync", point, warmupSeconds, seconds).Iops);
            }
        }

        return (samples, mmap?.IsWarm ?? true);
    }

    /// <summary>What levelling costs where it has most to do; disks with and without it in turns.</summary>
    private static void AddHotLoad(BudgetTable budgets, int jobs, double seconds, int repetitions)
    {
        var point = new IoPoint(IoPattern.RandWrite, jobs, HotDiskBytes);
        var hot = new AccessDistribution(DistributionKind.Zipf, HotTheta);
        var (none, levelled) = (new Samples(), new Samples());
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            none.Add(Mbsa(point, LatencySampling.Sampled, "none", Math.Min(0.2, seconds), seconds, hot));
            levelled.Add(Mbsa(point, LatencySampling.Sampled, "due-time", Math.Min(0.2, seconds), seconds, hot));
        }

        budgets.AtLeast($"randwrite zipf:{HotTheta} on {HotDiskBytes >> 20} MiB, {jobs} VCPU{(jobs == 1 ? "" : "s")}: "
            + "due-time against none", ShareLevelled, levelled.RatioTo(none), Show.Percent);
    }

    /// <summary>One VM, its disk in memory from the start; as many VCPUs as jobs, on two cores.</summary>
    private static double Mbsa(IoPoint point, LatencySampling latency, string wearPolicy,
        double warmupSeconds, double seconds, AccessDistribution? distribution = null)
    {
        var vm = Lab.Vm("vm", point.Jobs, point.DiskBytes,
            Lab.Job(point.Pattern, point.Jobs) with { Distribution = distribution ?? AccessDistribution.Uniform });
        vm = vm with { Storage = vm.Storage! with { WearPolicy = wearPolicy } };
        var scenario = Lab.Scenario(ClockKind.Wall, Lab.Machine(cores: 2), [vm]);
        scenario = scenario.Lasting(seconds) with { WarmupNs = (long)(warmupSeconds * 1e9), Latency = latency };
        return Lab.Run(scenario.Touched()).Iops();
    }

    /// <summary>Lets the runtime compile what is hot for good, before anything counts.</summary>
    private static void WarmUp(long diskBytes)
    {
        foreach (var pattern in new[] { IoPattern.RandRead, IoPattern.RandWrite })
        {
            var point = new IoPoint(pattern, 1, diskBytes / 4);
            _ = Mbsa(point, LatencySampling.Sampled, "due-time", 0.2, 0.3);
            _ = Mbsa(point, LatencySampling.Every, "none", 0.1, 0.1);
            _ = BareLoop.MeasureIops(point, 0.2, 0.3);
        }
    }

    private static void AddBudgets(BudgetTable budgets, IoPoint point, Samples[] samples, bool isFioWarm)
    {
        var what = $"{Show.Pattern(point.Pattern)}, {point.Jobs} VCPU{(point.Jobs == 1 ? "" : "s")}";
        var share = point.IsWrite ? WriteShare : ReadShare;
        for (var ours = 0; ours < 3; ours++)
        {
            var name = ours == 0 ? what : $"{what}{_contenders[ours]["mbsa".Length..]}";
            budgets.AtLeast($"{name}: share of the bare loop", share, samples[ours].RatioTo(samples[3]), Show.Percent);
            budgets.AtLeast($"{name}: against fio mmap", FioFactor,
                isFioWarm ? samples[ours].RatioTo(samples[4]) : new Samples(), Show.Times);
        }

        budgets.AtLeast($"{what}: due-time against none", ShareLevelled, samples[2].RatioTo(samples[0]), Show.Percent);
    }

    private static void AddAllocations(BudgetTable budgets)
    {
        Add("wall", AllocationProbe.Wall(timeEveryIo: false));
        Add("wall, latency every", AllocationProbe.Wall(timeEveryIo: true));
        Add("virtual", AllocationProbe.Virtual());

        void Add(string clock, AllocationProbe.WorkerFactory worker)
        {
            foreach (var pattern in new[] { IoPattern.Read, IoPattern.RandReadWrite })
            {
                var bytes = new Samples([AllocationProbe.BytesPerIo(pattern, worker)]);
                budgets.AtMost($"allocated per I/O, {clock}, {Show.Pattern(pattern)}", 0, bytes, Show.BytesPerIo);
            }
        }
    }
}
