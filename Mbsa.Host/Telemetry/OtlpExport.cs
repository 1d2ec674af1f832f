using Mbsa.Actors.Runs;
using Mbsa.Metrics;
using Mbsa.Model.Scenario;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mbsa.Host.Telemetry;

/// <summary>
/// Sends the metrics and the trace of one run to a collector, through the OpenTelemetry SDK. A collector that is away or slow does not
/// hold up the run.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>What the last batch may take to be sent, in milliseconds.</summary>
    private const int PatienceMs = 3_000;

    private readonly OtlpTarget _target;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;
    private RunTrace? _trace;

    private OtlpExport(OtlpTarget target, MeterProvider metrics, TracerProvider traces) =>
        (_target, _metrics, _traces) = (target, metrics, traces);

    /// <summary>Begins to send.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="scenario">What is about to run.</param>
    public static OtlpExport Start(OtlpTarget target, ScenarioSpec scenario)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("mbsa").AddAttributes([new("mbsa.scenario", scenario.Name)]);
        void Aim(OtlpExporterOptions options, string signal) =>
            (options.Endpoint, options.Protocol) = (target.For(signal), target.Protocol);

        var series = MaxSeries(scenario);
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(MbsaInstruments.MeterName)
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = series })
            .AddOtlpExporter(options => Aim(options, "metrics"))
            .Build();
        var traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(RunTrace.SourceName)
            .AddOtlpExporter(options => Aim(options, "traces"))
            .Build();
        return new OtlpExport(target, metrics, traces);
    }

    /// <summary>
    /// Series of one instrument that a run can come to have. The SDK's own bound of 2000 would fold the rest of a large scenario into
    /// one, and a series of a VM on a host it left may keep its place. So they are counted for every host that a VM can come to be on:
    /// the first, and one more for each move that events can cause.
    /// </summary>
    internal static int MaxSeries(ScenarioSpec scenario)
    {
        // A VM has at most four of one instrument (its states), a host three (its resources).
        var (vms, hosts) = (scenario.Vms.Length, scenario.AllHosts.Hosts.Length);
        var drains = scenario.AllHosts.Events.Count(e => e.Change == HostChange.Drain);
        var migrations = scenario.Events.Count(e => e.Change is VmChange.Migrate) + vms * drains;
        return 4 * Math.Min(vms * hosts, vms + migrations) + 3 * hosts + 100;
    }

    /// <summary>From now on the trace is that of this run. Its metrics are seen as soon as its instruments are there.</summary>
    public void Watch(ScenarioSpec scenario, IRunningScenario run) => _trace = RunTrace.Of(scenario, run.Journal);

    /// <summary>The run is over: sends what is left.</summary>
    /// <returns>What went wrong, one line; null when all was taken.</returns>
    public string? Finish()
    {
        _trace?.Dispose();
        var allTaken = _metrics.ForceFlush(PatienceMs) & _traces.ForceFlush(PatienceMs);
        return allTaken ? null : $"metrics or traces did not reach the collector at {_target.Endpoint}";
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _trace?.Dispose();
        _metrics.Dispose();
        _traces.Dispose();
    }
}
