using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Commands;

/// <summary>What the commands stand on. Program.cs puts the real things in; a test puts in others.</summary>
internal sealed record ProgramServices
{
    /// <summary>Where to write.</summary>
    public required Terminal Terminal { get; init; }

    /// <summary>Real time, for the live view.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Listens to Ctrl-C while a command runs that can be interrupted.</summary>
    public required Func<Interruption> ListenForInterruption { get; init; }

    /// <summary>Reads a scenario.</summary>
    public Func<string, ScenarioOverrides, LoadedScenario> Load { get; init; } = ScenarioFile.Load;

    /// <summary>Starts a scenario in this process, whatever hosts it has.</summary>
    public required Func<ScenarioSpec, IRunningScenario> Start { get; init; }

    /// <summary>Carries scenarios on several processes.</summary>
    public required IClusterClient Cluster { get; init; }

    /// <summary>Looks up a variable of the environment.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Measures this machine; without it there is no <c>calibrate</c>.</summary>
    public ICalibration? Calibration { get; init; }

    /// <summary>
    /// Is told on standard error what goes on in runs. Verbose (MBSA_DEBUG=1, or --verbose), it is told every step, and the program shows
    /// where an unexpected exception came from.
    /// </summary>
    public RunTrace Trace { get; init; } = new(_ => { });
}
