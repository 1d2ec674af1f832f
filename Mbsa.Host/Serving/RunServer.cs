using System.Net;
using Mbsa.Actors.Scenarios;
using Mbsa.Metrics;
using Prometheus;

namespace Mbsa.Host.Serving;

/// <summary>Serves one run's metrics: from before it starts, so that a port in use is found out early, until after its end.</summary>
internal sealed class RunServer : IAsyncDisposable
{
    private readonly ScenarioSpec _scenario;
    private readonly CollectorRegistry _registry;
    private readonly MetricsServer _server;
    private PrometheusBridge? _bridge;

    private RunServer(ScenarioSpec scenario, CollectorRegistry registry, MetricsServer server) =>
        (_scenario, _registry, _server) = (scenario, registry, server);

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _server.Url;

    /// <summary>Starts to listen; there are no metrics yet.</summary>
    /// <exception cref="Mbsa.Vm.InputException">Nobody can listen there.</exception>
    public static async Task<RunServer> StartAsync(IPEndPoint endPoint, ScenarioSpec scenario)
    {
        // A registry of its own: prometheus-net's static one brings metrics of this process along.
        var registry = Prometheus.Metrics.NewCustomRegistry();
        return new RunServer(scenario, registry, await MetricsServer.StartAsync(endPoint, registry, scenario.Name).ConfigureAwait(false));
    }

    /// <summary>From now on the metrics are those of this run.</summary>
    /// <param name="instruments">Its instruments, which outlive the server.</param>
    public void Watch(MbsaInstruments instruments) => _bridge = new PrometheusBridge(instruments, _registry);

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _bridge?.Dispose();
    }
}
