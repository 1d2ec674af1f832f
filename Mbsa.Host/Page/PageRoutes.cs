using System.Globalization;
using System.Reflection;

namespace Mbsa.Host.Page;

/// <summary>
/// The page's addresses: its own files, which are in the program, and what they ask for. Nothing comes from another host.
/// </summary>
internal static class PageRoutes
{
    /// <summary>Silence on the stream of frames is broken so often, so that both sides know the other is there.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    private static readonly Dictionary<string, (string Resource, string Type)> _files = new()
    {
        ["/"] = ("index.html", "text/html; charset=utf-8"),
        ["/page.css"] = ("page.css", "text/css; charset=utf-8"),
        ["/uPlot.min.css"] = ("uPlot.min.css", "text/css; charset=utf-8"),
        ["/uPlot.iife.min.js"] = ("uPlot.iife.min.js", "text/javascript; charset=utf-8"),
        ["/page.js"] = ("page.js", "text/javascript; charset=utf-8"),
        ["/charts.js"] = ("charts.js", "text/javascript; charset=utf-8"),
        ["/table.js"] = ("table.js", "text/javascript; charset=utf-8"),
        ["/hosts.js"] = ("hosts.js", "text/javascript; charset=utf-8"),
        ["/dom.js"] = ("dom.js", "text/javascript; charset=utf-8"),
        ["/wear.js"] = ("wear.js", "text/javascript; charset=utf-8"),
        ["/format.js"] = ("format.js", "text/javascript; charset=utf-8"),
        ["/icon.svg"] = ("icon.svg", "image/svg+xml"),
        ["/uPlot.LICENSE"] = ("uPlot.LICENSE", "text/plain; charset=utf-8"),
    };

    /// <summary>Answers a request.</summary>
    public static Task AnswerAsync(HttpContext context, PageFeed feed)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        var path = context.Request.Path.Value ?? "";
        return path switch
        {
            "/api/live" => StreamAsync(context, feed),
            "/api/scenario" => JsonAsync(context, feed.Scenario),
            "/api/series" => JsonAsync(
                context, feed.Series((int)Number(context, "from"), [.. context.Request.Query["vm"].OfType<string>()])),
            "/api/events" => JsonAsync(context, feed.Events(Number(context, "from"))),
            "/api/wear" => JsonAsync(context, feed.Wear()),
            "/api/report" when feed.Report is { } report => JsonAsync(context, report),
            _ when _files.TryGetValue(path, out var file) => FileAsync(context, file.Resource, file.Type),
            _ => NothingAsync(context),
        };
    }

    private static async Task StreamAsync(HttpContext context, PageFeed feed)
    {
        context.Response.ContentType = "text/event-stream";
        var (gone, seen) = (context.RequestAborted, 0L);
        try
        {
            await context.Response.WriteAsync("retry: 2000\n\n", gone).ConfigureAwait(false);
            while (!gone.IsCancellationRequested)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(gone);
                patience.CancelAfter(_patience);
                try
                {
                    var frame = await feed.NextAsync(seen, patience.Token).ConfigureAwait(false);
                    seen = frame.Number;
                    await context.Response.Body.WriteAsync("data: "u8.ToArray(), gone).ConfigureAwait(false);
                    await context.Response.Body.WriteAsync(frame.Json, gone).ConfigureAwait(false);
                    await context.Response.WriteAsync("\n\n", gone).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!gone.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(": still here\n\n", gone).ConfigureAwait(false);
                }

                await context.Response.Body.FlushAsync(gone).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone, or too slow to be waited for.
        }
    }

    private static Task JsonAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(json, 0, json.Length, context.RequestAborted);
    }

    private static async Task FileAsync(HttpContext context, string resource, string type)
    {
        context.Response.ContentType = type;
        await using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream($"page/{resource}")
            ?? throw new InvalidOperationException($"{resource} is not in the program");
        await file.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static Task NothingAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("Nothing here. The page is at /, the metrics are at /metrics\n");
    }

    private static long Number(HttpContext context, string name) =>
        long.TryParse(context.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, int.MaxValue) : 0;
}
