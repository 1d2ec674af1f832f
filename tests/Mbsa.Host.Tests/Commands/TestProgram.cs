using System.Text;
using Mbsa.Actors.Tracing;
using Mbsa.Host.Commands;
using Mbsa.Host.Expectations;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Scenario;
using Spectre.Console.Testing;

namespace Mbsa.Host.Tests.Commands;

/// <summary>The whole program in this process, with a run that is made up.</summary>
internal sealed class TestProgram(int width = 100) : IDisposable
{
    private readonly TestConsole _console = new TestConsole().Width(width);

    public ScenarioSpec Scenario { get; set; } = Sample.Scenario();

    public string[] Expectations { get; set; } = [];

    public string[] Warnings { get; set; } = [];

    public ICalibration? Calibration { get; set; }

    /// <summary>What carries several hosts.</summary>
    public IClusterClient Cluster { get; set; } = new FakeCluster();

    public Func<ScenarioSpec, FakeRun> Run { get; set; } = scenario => FakeRun.Over(Sample.Result(scenario));

    /// <summary>Whether scenarios really run.</summary>
    public bool Real { get; init; }

    /// <summary>What is told of runs.</summary>
    public RunTrace Trace { get; } = new(_ => { });

    /// <summary>Real time, as the program sees it.</summary>
    public TimeProvider Time { get; init; } = new InstantTime();

    /// <summary>Whether scenario files are really read.</summary>
    public bool ReadsFiles { get; init; }

    public Interruption Interruption { get; } = new();

    public TextWriter ErrorWriter { get; set; } = new StringWriter();

    /// <summary>What the run was started with; null when it never was.</summary>
    public ScenarioSpec? Started { get; private set; }

    public ScenarioOverrides? Overrides { get; private set; }

    public string Output => _console.Output;

    public string[] Errors => (ErrorWriter.ToString() ?? "").Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    public MemoryStream StandardOutput { get; } = new();

    public string StandardOutputText => Encoding.UTF8.GetString(StandardOutput.ToArray());

    public Task<int> InvokeAsync(params string[] arguments) => CommandTree.InvokeAsync(arguments, new ProgramServices
    {
        Terminal = new Terminal
        {
            Out = _console,
            Error = ErrorWriter,
            OpenStandardOutput = () => StandardOutput,
            IsInteractive = false,
        },
        Time = Time,
        ListenForInterruption = () => Interruption,
        Load = ReadsFiles ? ScenarioFile.Load : Load,
        Start = Real ? scenario => ActorScenario.Start(scenario) : Start,
        Cluster = Cluster,
        Calibration = Calibration,
        Trace = Trace,
    });

    public void Dispose() => _console.Dispose();

    private LoadedScenario Load(string path, ScenarioOverrides overrides)
    {
        Overrides = overrides;
        return new LoadedScenario
        {
            Spec = Scenario,
            Expectations = [.. Expectations.Select(text => Expectation.Parse(text, null, Scenario.Cluster is
                { } c ? new ClusterNames([.. c.Hosts.Select(h => h.Name)], [.. c.Tenants.Select(t => t.Name)]) : null))],
            Warnings = [.. Warnings],
        };
    }

    private FakeRun Start(ScenarioSpec scenario)
    {
        Started = scenario;
        return Run(scenario);
    }
}
