using System.Net;
using Mbsa.Actors.Runs;
using Mbsa.Host.Page;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Mbsa.Model.Scenario;
using Prometheus;

namespace Mbsa.Host.Serving;

/// <summary>
/// Serves one run, its page and its metrics: from before it starts, so that a port in use is found out early, until after its end.
/// </summary>
internal sealed class RunServer : IAsyncDisposable
{
    private readonly CollectorRegistry _registry;
    private readonly PageServer _server;
    private readonly PageFeed _feed;
    private PrometheusBridge? _bridge;

    private RunServer(CollectorRegistry registry, PageServer server, PageFeed feed) =>
        (_registry, _server, _feed) = (registry, server, feed);

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url => _server.Url;

    /// <summary>Starts to listen; there are no metrics yet.</summary>
    /// <exception cref="Mbsa.Vm.InputException">Nobody can listen there.</exception>
    public static async Task<RunServer> StartAsync(IPEndPoint endPoint, ScenarioSpec scenario, TimeProvider time)
    {
        // A registry of its own: prometheus-net's static one brings metrics of this process along.
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var feed = new PageFeed(scenario, time);
        return new RunServer(registry, await PageServer.StartAsync(endPoint, registry, feed).ConfigureAwait(false), feed);
    }

    /// <summary>From now on page and metrics are those of this run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="wear">Looks at its disks.</param>
    /// <param name="instruments">Its instruments, which outlive the server.</param>
    public void Watch(IRunningScenario run, WearWatch wear, MbsaInstruments instruments)
    {
        _bridge = new PrometheusBridge(instruments, _registry);
        _feed.Watch(run, wear);
    }

    /// <summary>The run is over: the page shows its report.</summary>
    /// <param name="report">The report, as JSON.</param>
    /// <param name="took">Real time the run took.</param>
    public void End(byte[] report, TimeSpan took) => _feed.End(report, took);

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _bridge?.Dispose();
    }
}
