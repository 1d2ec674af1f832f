using Mbsa.Actors.Runs;
using Mbsa.Host.Figures;
using Mbsa.Host.Serving;
using Mbsa.Host.Telemetry;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Commands;

/// <summary>
/// All who watch a run from outside: the web page with /metrics, and the OpenTelemetry collector. They read one set of instruments.
/// </summary>
internal sealed class Watchers : IAsyncDisposable
{
    private readonly ScenarioSpec _scenario;
    private readonly OtlpExport? _otlp;
    private MbsaInstruments? _instruments;

    private Watchers(ScenarioSpec scenario, RunServer? server, OtlpExport? otlp) => (_scenario, Server, _otlp) = (scenario, server, otlp);

    /// <summary>The web server; null when none was asked for.</summary>
    public RunServer? Server { get; }

    /// <summary>Lets them get ready, before the run: a port in use is found out early.</summary>
    /// <exception cref="Mbsa.Vm.InputException">Nobody can listen there.</exception>
    public static async Task<Watchers> StartAsync(RunOptions options, ScenarioSpec scenario, TimeProvider time)
    {
        var server = options.Serve is { } endPoint ? await RunServer.StartAsync(endPoint, scenario, time).ConfigureAwait(false) : null;
        return new Watchers(scenario, server, options.Otlp is { } target ? OtlpExport.Start(target, scenario) : null);
    }

    /// <summary>Shows them the run.</summary>
    public void Watch(IRunningScenario run, TimeProvider time)
    {
        if (Server is not null || _otlp is not null)
        {
            var wear = new WearWatch(run, time);
            _instruments = new MbsaInstruments(new LiveMetricsSource(_scenario, run, wear), Catalogue.Instruments);
            Server?.Watch(run, wear, _instruments);
            _otlp?.Watch(_scenario, run);
        }
    }

    /// <summary>The run is over: they see its end.</summary>
    /// <param name="result">What was measured.</param>
    /// <param name="report">The same as JSON.</param>
    /// <returns>What went wrong, one line; null when nothing did.</returns>
    public string? Finish(RunResult result, byte[] report)
    {
        Server?.End(report, TimeSpan.FromSeconds(result.ElapsedSeconds));
        return _otlp?.Finish();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync().ConfigureAwait(false);
        }

        _otlp?.Dispose();
        _instruments?.Dispose();
    }
}
