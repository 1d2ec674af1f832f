using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Actors.Scenarios;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// What watching takes from a run under the wall clock: the page and /metrics with clients that read and clients that do not, a collector that is away, the
/// table of a terminal. Two figures for each. Processor time of all threads that are not the cores', as a part of the cores' time: where all cores are
/// at work, it is taken from the VMs, and it hardly varies. Throughput given up, from rounds like a palindrome: has everything in it, and the machine's noise.
/// </summary>
internal static class WatchCommand
{
    private const double Budget = 0.02;
    private const int Vms = 2;

    /// <summary>More than a cache holds, and little enough to be touched before each run.</summary>
    private const long DiskBytes = 256L << 20;

    /// <summary>OpenTelemetry's own is a minute; a run of the bench is over before.</summary>
    private const int ExportPeriodMs = 1000;

    private static readonly Watching s_nobody = new("nobody");

    private static readonly Watching s_served = new("page and /metrics") { Served = true };

    private static readonly ImmutableArray<Watching> s_ways =
    [
        s_nobody,
        s_served,
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
        output.WriteLine($"Wall clock, {Vms} VMs, 4 KiB random reads and writes. {repetitions} rounds of {2 * s_ways.Length} runs of {Show.Seconds(seconds)}, each forth and back through the ways of watching.");
        output.WriteLine($"/metrics is scraped every {Show.Seconds(WatchClients.ScrapePeriod.TotalSeconds)}, metrics are exported every {Show.Seconds(ExportPeriodMs / 1e3)}; {WatchClients.DeafStreams} streams and one scrape are not read.\n");

        // What is compiled at its first use is not steady state: a line of its own.
        Measure(scenario, s_nobody);
        var first = Measure(scenario, s_served);
        var series = s_ways.ToDictionary(way => way, _ => new Series());
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            Round(scenario, repetition % 2 == 0 ? s_ways : [.. s_ways.Reverse()], series);
        }

        Print(series, output);
        output.WriteLine($"The first run of the process that was served: {Show.FinePercent(first.OthersShare)}, as {Show.Seconds(first.OthersNs.Values.Sum() / 1e9)} of a core; the page's code is compiled then.\n");
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
        var table = new Table("watched by", "other threads' processor time", "all stood still", $"both <= {Show.FinePercent(Budget)}", "most of it", "throughput given up");
        foreach (var way in s_ways)
        {
            var taken = series[way];
            table.Add(
                way.Name,
                taken.Others.Text(Show.FinePercent),
                taken.Paused.Text(Show.FinePercent),
                taken.Both.Median <= Budget ? "yes" : "NO",
                taken.MostOfIt(),
                way == s_nobody ? "" : taken.Iops.LossAgainst(series[s_nobody].Iops).Text(Show.FinePercent));
        }

        table.Print(output);
    }

    private static WatchedRun Measure(ScenarioSpec scenario, Watching way) => WatchedRun.RunAsync(scenario, way).GetAwaiter().GetResult();

    private static ScenarioSpec Scenario(double seconds)
    {
        var cores = Environment.ProcessorCount;
        ImmutableArray<VmSpec> specs = [.. Enumerable.Range(1, Vms).Select(i => Lab.Vm($"vm-{i}", cores, DiskBytes, Lab.Job(IoPattern.RandReadWrite, 1)))];
        return Lab.Scenario(ClockKind.Wall, Lab.Machine(cores), specs).Lasting(seconds).Touched();
    }

    /// <summary>The runs of one way of watching: a figure of each run, throughput of each round.</summary>
    private sealed class Series
    {
        private readonly Dictionary<string, long> _ofThreads = [];

        public Samples Others { get; } = new();

        public Samples Paused { get; } = new();

        public Samples Both { get; } = new();

        public Samples Iops { get; } = new();

        public void Add(WatchedRun forth, WatchedRun back)
        {
            Iops.Add(forth.Iops + back.Iops);
            foreach (var run in (WatchedRun[])[forth, back])
            {
                Others.Add(run.OthersShare);
                Paused.Add(run.PausedShare);
                Both.Add(run.OthersShare + run.PausedShare);
                foreach (var (thread, ns) in run.OthersNs)
                {
                    _ofThreads[thread] = _ofThreads.GetValueOrDefault(thread) + ns;
                }
            }
        }

        /// <summary>The two names of threads with the most time, and their part of it.</summary>
        public string MostOfIt()
        {
            var total = Math.Max(1.0, _ofThreads.Values.Sum());
            return string.Join(", ", _ofThreads.OrderByDescending(thread => thread.Value).Take(2).Select(thread => $"{thread.Key} {thread.Value / total:0 %}"));
        }
    }
}
