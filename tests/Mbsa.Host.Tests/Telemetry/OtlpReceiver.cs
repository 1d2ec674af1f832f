using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Mbsa.Host.Tests.Telemetry;

/// <summary>A small collector: takes OTLP over HTTP and reads of it what the tests ask for.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private OtlpReceiver(WebApplication application) => _application = application;

    public string Url { get; private set; } = "";

    /// <summary>Names of the metrics that came.</summary>
    public ConcurrentDictionary<string, bool> Metrics { get; } = [];

    /// <summary>The spans that came.</summary>
    public ConcurrentBag<Span> Spans { get; } = [];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var receiver = new OtlpReceiver(application);
        application.Run(receiver.TakeAsync);
        await application.StartAsync();
        receiver.Url = application.Urls.First();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = body.ToArray();
        switch (context.Request.Path.Value)
        {
            case "/v1/metrics":
                // ResourceMetrics 1, ScopeMetrics 2, Metric 2, name 1.
                foreach (var name in ProtoFields.At(request, 1, 2, 2, 1))
                {
                    Metrics[Encoding.UTF8.GetString(name)] = true;
                }

                break;
            case "/v1/traces":
                // ResourceSpans 1, ScopeSpans 2, Span 2: span_id 2, parent_span_id 4, name 5, attributes 9 (key 1, value 2: string 1).
                foreach (var span in ProtoFields.At(request, 1, 2, 2))
                {
                    Spans.Add(new Span(Text(span, 5), Hex(span, 2), Hex(span, 4),
                        ProtoFields.At(span, 9).ToDictionary(a => Text(a, 1), a => Text(a, 2, 1))));
                }

                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    private static string Text(byte[] message, params int[] path) =>
        ProtoFields.At(message, path).Select(Encoding.UTF8.GetString).FirstOrDefault() ?? "";

    private static string Hex(byte[] message, int field) =>
        ProtoFields.At(message, field).Select(Convert.ToHexString).FirstOrDefault() ?? "";

    internal sealed record Span(string Name, string Id, string ParentId, Dictionary<string, string> Attributes);
}
