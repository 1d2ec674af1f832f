using System.Net;
using System.Net.Sockets;
using Mbsa.Actors.Runs;
using Mbsa.Host.Commands;
using Mbsa.Host.Page;
using Mbsa.Host.Telemetry;
using Mbsa.Host.Watching;
using Mbsa.Model.Scenario;
using OpenTelemetry.Exporter;
using Spectre.Console;

namespace Mbsa.Bench.Measuring;

/// <summary>What a run under the wall clock reached while it was watched, and what that took. All from the measured part.</summary>
/// <param name="Iops">I/Os per second, all VMs together.</param>
/// <param name="OthersNs">Processor time of the threads that are not the cores', by name, in nanoseconds.</param>
/// <param name="LengthNs">How long it was looked at, in nanoseconds.</param>
/// <param name="Cores">Cores of the host.</param>
/// <param name="PausedShare">Part of the time in which all threads stood still for the garbage collector.</param>
internal sealed record WatchedRun(double Iops, IReadOnlyDictionary<string, long> OthersNs, double LengthNs, int Cores, double PausedShare)
{
    /// <summary>The end of the measured part that is not looked at, as the cores' threads end with it, in nanoseconds.</summary>
    private const long TailNs = 50_000_000;

    /// <summary>
    /// How the runtime calls the thread that compiles anew what is called often: when, depends on how busy the machine is.
    /// </summary>
    private const string Compiler = ".NET Tiered Com";

    /// <summary>Time of all cores, used or not, in nanoseconds.</summary>
    public double CoresNs => LengthNs * Cores;

    /// <summary>
    /// Processor time of the compiler, as a part of the cores' time. It goes down to nothing once everything is compiled.
    /// </summary>
    public double CompilerShare => OthersNs.GetValueOrDefault(Compiler) / CoresNs;

    /// <summary>Processor time of the threads that are neither the cores' nor the compiler's, as a part of the cores' time.</summary>
    public double OthersShare => OthersNs.Values.Sum() / CoresNs - CompilerShare;

    /// <summary>Does one run.</summary>
    /// <param name="scenario">A scenario under the wall clock that is longer than the part that is not looked at.</param>
    /// <param name="watching">How it is watched: by what <c>mbsa run</c> uses for it.</param>
    /// <exception cref="BenchException">It went wrong, or what is to be measured cannot be seen here.</exception>
    public static async Task<WatchedRun> RunAsync(ScenarioSpec scenario, Watching watching)
    {
        scenario = watching.Served ? scenario with { SeriesPoints = PageFeed.SeriesPoints } : scenario;
        var options = new RunOptions
        {
            Scenario = scenario.Name,
            Serve = watching.Served ? new IPEndPoint(IPAddress.Loopback, 0) : null,
            Otlp = watching.Exported ? new OtlpTarget(NobodysAddress(), OtlpExportProtocol.HttpProtobuf) : null,
        };
        var watchers = await Watchers.StartAsync(options, scenario, TimeProvider.System).ConfigureAwait(false);
        await using (watchers.ConfigureAwait(false))
        {
            var run = ActorScenario.Start(scenario);
            watchers.Watch(run, TimeProvider.System);
            var drawing = watching.Drawn ? DrawAsync(scenario, run) : Task.CompletedTask;
            using var clients = watchers.Server is { } server ? new WatchClients(server.Url, watching.Deaf) : null;
            var measured = Measure(scenario, run);
            var result = await run.Completion.ConfigureAwait(false);
            await drawing.ConfigureAwait(false);
            return result.Problems.IsEmpty
                ? measured with { Iops = result.Iops() }
                : throw new BenchException($"the run has problems: {string.Join("; ", result.Problems)}");
        }
    }

    private static WatchedRun Measure(ScenarioSpec scenario, IRunningScenario run)
    {
        var fromNs = SleepUntil(run, scenario.WarmupNs);
        var (before, pausedBefore) = (ThreadTimes.Read(), GC.GetTotalPauseDuration());
        var toNs = SleepUntil(run, scenario.WarmupNs + scenario.DurationNs - TailNs);
        var (after, pausedAfter) = (ThreadTimes.Read(), GC.GetTotalPauseDuration());
        double lengthNs = toNs - fromNs;
        var cores = Math.Min(scenario.Host.Machine.Cores, Environment.ProcessorCount);
        return new WatchedRun(0, after.OthersSince(before), lengthNs, cores, (pausedAfter - pausedBefore).TotalNanoseconds / lengthNs);
    }

    private static long SleepUntil(IRunningScenario run, long clockNs)
    {
        long nowNs;
        while ((nowNs = run.Snapshot().ClockNs) < clockNs)
        {
            if (run.Completion.IsCompleted)
            {
                throw new BenchException("the run was over before it was measured");
            }

            Thread.Sleep(TimeSpan.FromMilliseconds(Math.Max(1, (clockNs - nowNs) / 1_000_000)));
        }

        return nowNs;
    }

    /// <summary>
    /// As a terminal of usual size would have it, with all its escape sequences. What the terminal does with them is not ours.
    /// </summary>
    private static async Task DrawAsync(ScenarioSpec scenario, IRunningScenario run)
    {
        var nowhere = new StreamWriter("/dev/null");
        await using (nowhere.ConfigureAwait(false))
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                ColorSystem = ColorSystemSupport.TrueColor,
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(nowhere),
            });
            (console.Profile.Width, console.Profile.Height, console.Profile.Capabilities.Unicode) = (120, 40, true);
            await new ScenarioView(scenario, run, console, TimeProvider.System).ShowAsync(asTable: true).ConfigureAwait(false);
        }
    }

    /// <summary>An address where nobody listens: a port that was free a moment ago.</summary>
    private static Uri NobodysAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
