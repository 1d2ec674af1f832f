using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Mbsa.Host.Commands;
using Mbsa.Host.Page;
using Mbsa.Host.Serving;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Host.Watching;
using Mbsa.Metrics;
using Microsoft.AspNetCore.Http;

namespace Mbsa.Host.Tests.Serving;

/// <summary>Clients that ask and never read: what is kept for one of them has a bound, and the run does not know of them.</summary>
public sealed class DeafClientTests
{
    /// <summary>
    /// More than the kernel holds of a connection on its way out, 4 MiB as it comes, and the server's own buffer of 64 KiB.
    /// </summary>
    private const int MostWaitingBytes = 8 << 20;

    [Fact]
    public async Task A_client_that_does_not_read_has_one_frame_waiting_and_misses_what_another_sees()
    {
        const int Frames = 200;
        var scenario = Sample.Scenario();
        var clockMs = 0;
        var run = new SnapshotRun(() => Sample.Snapshot(scenario, ++clockMs));
        await using var feed = new PageFeed(scenario, new ManualTime());
        feed.Watch(run, new WearWatch(run, TimeProvider.System));
        feed.End([], TimeSpan.Zero); // from now on a frame is made for each End, and only then
        using var gone = new CancellationTokenSource();
        await using var deaf = new DeafBody();
        await using var reader = new DeafBody();
        var answering = Task.WhenAll(LiveAsync(feed, deaf, gone.Token), LiveAsync(feed, reader, gone.Token));

        await SeenAsync(deaf, Clock(clockMs));
        deaf.Stop();
        for (var i = 0; i < Frames; i++)
        {
            await SeenAsync(reader, Clock(clockMs));
            feed.End([], TimeSpan.Zero);
        }

        await SeenAsync(reader, Clock(clockMs));
        await SeenAsync(deaf, "data: ", times: 2); // the second has begun and goes no further
        deaf.GoOn();
        await SeenAsync(deaf, Clock(clockMs));
        await gone.CancelAsync();
        await answering;

        Assert.Equal(Frames + 1, Regex.Count(reader.Text, "data: "));
        Assert.InRange(Regex.Count(deaf.Text, "data: "), 2, 3);
    }

    [Fact]
    public async Task Who_asks_for_all_metrics_and_reads_none_gets_no_more_than_a_connection_holds_and_the_run_stays_the_same()
    {
        const int Scrapes = 30;
        using var scratch = new ScratchScenario();
        var scenario =
            scratch.Spec("duration: 2s\nvms:\n  - { name: a, count: 200, storage: { size: 1MiB }, workload: { rw: randread } }\n");
        var alone = await ActorScenario.Start(scenario).Completion;
        scenario = scenario with { SeriesPoints = PageFeed.SeriesPoints };
        await using var server = await RunServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), scenario, TimeProvider.System);
        var run = ActorScenario.Start(scenario);
        var wear = new WearWatch(run, TimeProvider.System);
        var source = new CountingSource(new LiveMetricsSource(scenario, run, wear));
        using var instruments = new MbsaInstruments(source, []);
        server.Watch(run, wear, instruments);

        using var metrics = await AskAsync(server.Url, "/metrics", times: 20 * Scrapes);
        using var frames = await AskAsync(server.Url, "/api/live", times: 1);
        using var client = new HttpClient();
        var answerBytes = 0;
        for (var i = 0; i < Scrapes; i++)
        {
            answerBytes = (await client.GetStringAsync(new Uri(server.Url + "/metrics"))).Length;
        }

        var made = source.Samples - Scrapes;
        var result = await run.Completion;

        Assert.InRange(made, 1, MostWaitingBytes / answerBytes + 1);
        Assert.Equal(alone.TraceHash, result.TraceHash);
        Assert.Empty(result.Problems);
    }

    private static Task LiveAsync(PageFeed feed, Stream body, CancellationToken gone)
    {
        var context = new DefaultHttpContext { RequestAborted = gone };
        (context.Request.Method, context.Request.Path, context.Response.Body) = ("GET", "/api/live", body);
        return PageRoutes.AnswerAsync(context, feed);
    }

    private static async Task<TcpClient> AskAsync(string url, string path, int times)
    {
        var server = new Uri(url);
        var socket = new TcpClient { ReceiveBufferSize = 1024 };
        await socket.ConnectAsync(server.Host, server.Port);
        var requests = string.Concat(Enumerable.Repeat($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n", times));
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(requests));
        return socket;
    }

    private static string Clock(int clockMs) => string.Create(CultureInfo.InvariantCulture, $"{{\"clock_ns\":{clockMs * 1_000_000L},");

    private static async Task SeenAsync(DeafBody body, string text, int times = 1)
    {
        while (Regex.Count(body.Text, Regex.Escape(text)) < times)
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Counts how often the metrics are collected.</summary>
    private sealed class CountingSource(IMetricsSource source) : IMetricsSource
    {
        private int _samples;

        public int Samples => Volatile.Read(ref _samples);

        public RunSample Sample()
        {
            Interlocked.Increment(ref _samples);
            return source.Sample();
        }
    }
}
