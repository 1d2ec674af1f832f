using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// What watching takes from a run under the wall clock: the page and /metrics with clients that read and clients that do not,
/// a collector that is away, the table of a terminal. Two figures for each. Processor time of all threads that are not the cores', as a
/// part of the cores' time, against a run that nobody watches: where all cores are at work, it is taken from the VMs, and it hardly varies.
/// Throughput given up, from rounds like a palindrome: has everything in it, and the machine's noise.
/// </summary>
internal static class WatchCommand
{
    private const double Budget = 0.02;
    private const int Vms = 2;

    /// <summary>More than a cache holds, and little enough to be touched before each run.</summary>
    private const long DiskBytes = 256L << 20;

    /// <summary>OpenTelemetry's own is a minute; a run of the bench is over before.</summary>
    private const int ExportPeriodMs = 1000;

    private static readonly Watching _nobody = new("nobody");

    private static readonly ImmutableArray<Watching> _ways =
    [
        _nobody,
        new("page and /metrics") { Served = true },
        new("the same, beside clients that do not read") { Served = true, Deaf = true },
        new("collector that is away") { Exported = true },
        new("table in a terminal") { Drawn = true },
    ];

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = Math.Max(options.Seconds ?? 3, 0.1);
        var repetitions = options.Repetitions ?? 6;
        var scenario = Scenario(seconds);
        // As for whoever sets it in the environment of the program; only this process reads it here.
        Environment.SetEnvironmentVariable("OTEL_METRIC_EXPORT_INTERVAL", ExportPeriodMs.ToString(CultureInfo.InvariantCulture));
        output.WriteLine("## watch: what watching takes from a run\n");
        output.WriteLine($"Wall clock, {Vms} VMs, 4 KiB random reads and writes. {repetitions} rounds of "
            + $"{2 * _ways.Length} runs of {Show.Seconds(seconds)}, each forth and back through the ways of watching.");
        output.WriteLine($"/metrics is scraped every {Show.Seconds(WatchClients.ScrapePeriod.TotalSeconds)}, metrics are "
            + $"exported every {Show.Seconds(ExportPeriodMs / 1e3)}; {WatchClients.DeafStreams} streams and one scrape are not read.");
        output.WriteLine("Taken: processor time of the threads that are not the cores', "
            + "and time in which the garbage collector let nobody run, as a part of the cores' time.\n");

        // What is compiled at its first use is not steady state: lines of its own.
        var firsts = _ways.Select(way => (way.Name, Run: Measure(scenario, way))).ToArray();
        var series = _ways.ToDictionary(way => way, _ => new Series());
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            Round(scenario, repetition % 2 == 0 ? _ways : [.. _ways.Reverse()], series);
        }

        Print(series, output);
        output.WriteLine("Whose time that is, in milliseconds of a core for each second of a run:");
        foreach (var way in _ways)
        {
            output.WriteLine($"- {way.Name}: {series[way].ByThread()}");
        }

        output.WriteLine("\nBefore all these, in this order, while the code of a new process is compiled, in seconds of a core:");
        foreach (var (name, run) in firsts)
        {
            output.WriteLine($"- watched by {name}: compiler {Show.Seconds(run.CompilerShare * run.CoresNs / 1e9)}, "
                + $"other threads {Show.Seconds(run.OthersShare * run.CoresNs / 1e9)}");
        }

        output.WriteLine();
    }

    /// <summary>Forth and back: what grows or falls evenly over a round is in the sum of each way's two runs.</summary>
    private static void Round(ScenarioSpec scenario, ImmutableArray<Watching> ways, Dictionary<Watching, Series> series)
    {
        var forth = ways.Select(way => Measure(scenario, way)).ToArray();
        var back = ways.Reverse().Select(way => Measure(scenario, way)).Reverse().ToArray();
        for (var i = 0; i < ways.Length; i++)
        {
            series[ways[i]].Add(forth[i], back[i]);
        }
    }

    private static void Print(Dictionary<Watching, Series> series, TextWriter output)
    {
        var budgets = new BudgetTable();
        var nobody = series[_nobody];
        foreach (var way in _ways.Where(way => way != _nobody))
        {
            budgets.AtMost($"{way.Name}: taken, more than with {_nobody.Name}",
                Budget, series[way].Taken.Beyond(nobody.Taken), Show.FinePercent);
        }

        foreach (var way in _ways.Where(way => way != _nobody))
        {
            budgets.Note($"{way.Name}: throughput given up", series[way].Iops.LossAgainst(nobody.Iops), Show.FinePercent);
        }

        foreach (var way in _ways)
        {
            budgets.Note($"{way.Name}: taken", series[way].Taken, Show.FinePercent);
            budgets.Note($"{way.Name}: beside that, taken by the compiler", series[way].Compiler, Show.FinePercent);
        }

        budgets.Print(output);
    }

    private static WatchedRun Measure(ScenarioSpec scenario, Watching way) => WatchedRun.RunAsync(scenario, way).GetAwaiter().GetResult();

    private static ScenarioSpec Scenario(double seconds)
    {
        var cores = Environment.ProcessorCount;
        ImmutableArray<VmSpec> specs =
            [.. Enumerable.Range(1, Vms).Select(i => Lab.Vm($"vm-{i}", cores, DiskBytes, Lab.Job(IoPattern.RandReadWrite, 1)))];
        return Lab.Scenario(ClockKind.Wall, Lab.Machine(cores), specs).Lasting(seconds).Touched();
    }

    /// <summary>The rounds of one way of watching.</summary>
    private sealed class Series
    {
        private readonly Dictionary<string, long> _threadsNs = [];
        private double _lengthNs;

        /// <summary>Parts of the cores' time that other threads took, and in which the garbage collector let nobody run.</summary>
        public Samples Taken { get; } = new();

        /// <summary>Parts of the cores' time that the compiler took.</summary>
        public Samples Compiler { get; } = new();

        /// <summary>I/Os per second.</summary>
        public Samples Iops { get; } = new();

        public void Add(WatchedRun forth, WatchedRun back)
        {
            Iops.Add((forth.Iops + back.Iops) / 2);
            Taken.Add((forth.OthersShare + forth.PausedShare + back.OthersShare + back.PausedShare) / 2);
            Compiler.Add((forth.CompilerShare + back.CompilerShare) / 2);
            _lengthNs += forth.LengthNs + back.LengthNs;
            foreach (var (thread, ns) in forth.OthersNs.Concat(back.OthersNs))
            {
                _threadsNs[thread] = _threadsNs.GetValueOrDefault(thread) + ns;
            }
        }

        /// <summary>The threads that took the most, by name.</summary>
        public string ByThread() => string.Join(", ", _threadsNs
            .OrderByDescending(thread => thread.Value)
            .Take(5)
            .Select(thread => string.Create(CultureInfo.InvariantCulture, $"{thread.Key} {thread.Value / _lengthNs * 1e3:0.00}")));
    }
}
