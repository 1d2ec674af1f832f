using Mbsa.Actors.Scenarios;
using Mbsa.Host.Live;
using Mbsa.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mbsa.Host.Telemetry;

/// <summary>Sends the metrics and the trace of one run to a collector, through the OpenTelemetry SDK. A collector that is away or slow does not hold up the run.</summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>What the last batch may take to be sent, in milliseconds.</summary>
    private const int PatienceMs = 3_000;

    private readonly OtlpTarget _target;
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;
    private RunTrace? _trace;

    private OtlpExport(OtlpTarget target, MeterProvider metrics, TracerProvider traces) => (_target, _metrics, _traces) = (target, metrics, traces);

    /// <summary>Begins to send.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="scenario">What is about to run.</param>
    public static OtlpExport Start(OtlpTarget target, ScenarioSpec scenario)
    {
        var resource = ResourceBuilder.CreateDefault().AddService("mbsa").AddAttributes([new("mbsa.scenario", scenario.Name)]);
        void Aim(OtlpExporterOptions options, string signal) => (options.Endpoint, options.Protocol) = (target.For(signal), target.Protocol);

        // A VM has at most four series of one instrument; the SDK's own bound of 2000 would fold the rest of a large scenario into one.
        var series = 4 * scenario.Vms.Length + 100;
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
