using System.Net;
using System.Net.Sockets;
using Mbsa.Host.Page;
using Mbsa.Vm;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Prometheus;

namespace Mbsa.Host.Serving;

/// <summary>A web server for one run: its page, and its metrics for Prometheus under /metrics.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    /// <summary>Connections at a time; more are turned away, so that nobody can use the program up.</summary>
    private const int MaxConnections = 500;

    private readonly WebApplication _application;

    private PageServer(WebApplication application) => _application = application;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; private init; } = "";

    /// <summary>Starts to listen.</summary>
    /// <param name="endPoint">Where; port 0 takes any that is free.</param>
    /// <param name="registry">What /metrics shows.</param>
    /// <param name="feed">What the page shows.</param>
    /// <exception cref="InputException">Nobody can listen there.</exception>
    public static async Task<PageServer> StartAsync(IPEndPoint endPoint, CollectorRegistry registry, PageFeed feed)
    {
        // An empty builder: no configuration files, no logging on the console, nothing that reads the machine.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(endPoint);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var application = builder.Build();
        application.UseMetricServer(settings => settings.Registry = registry, "/metrics");
        application.Run(context => PageRoutes.AnswerAsync(context, feed));
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw CannotListen(endPoint, e);
        }

        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new PageServer(application) { Url = addresses?.Addresses.FirstOrDefault() ?? $"http://{endPoint}" };
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static InputException CannotListen(IPEndPoint endPoint, Exception e)
    {
        var cause = e as SocketException ?? e.InnerException as SocketException ?? e.InnerException?.InnerException as SocketException;
        return cause?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => new InputException(
                $"--serve: {endPoint} is in use; name another port, "
                + $"as in --serve {new IPEndPoint(endPoint.Address, endPoint.Port % 65535 + 1)}"),
            SocketError.AddressNotAvailable =>
                new InputException($"--serve: {endPoint.Address} is not an address of this machine; 127.0.0.1 is"),
            SocketError.AccessDenied => new InputException($"--serve: port {endPoint.Port} needs privileges; take one above 1023"),
            _ => new InputException($"--serve: cannot listen at {endPoint}: {e.Message.ReplaceLineEndings(" ")}"),
        };
    }

    /// <summary>Leaves the process's signals to the program: the usual life time would swallow the second Ctrl-C.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
