using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Serving;

/// <summary>Many VMs, and many clients that behave badly.</summary>
public sealed class CrowdTests
{
    [Fact]
    public async Task A_thousand_vms_have_their_metrics_and_the_page_its_frame()
    {
        using var program = new TestProgram
        { Scenario = Sample.Scenario([.. Enumerable.Range(0, 1000).Select(i => Sample.Vm($"vm-{i}", IoPattern.RandReadWrite))]) };
        await using var run = await ServedRun.StartAsync(program);
        await run.Over;
        using var client = new HttpClient();

        var metrics = await client.GetStringAsync(new Uri(run.Url + "/metrics"));
        var frame = await FirstFrameAsync(client, run.Url);

        Assert.Equal(1000, metrics.Split('\n').Count(line => line.StartsWith("mbsa_scheduler_quanta_total{", StringComparison.Ordinal)));
        Assert.Equal(1000, frame.Split("\"running\"").Length - 1);
        Assert.True(frame.Length < 200_000, $"{frame.Length} characters for each client, twice a second");
    }

    [Fact]
    public async Task Fifty_clients_that_do_not_read_or_break_off_neither_stop_the_run_nor_each_other()
    {
        using var scratch = new ScratchScenario();
        using var program = new TestProgram
        {
            Real = true,
            Time = TimeProvider.System,
            Scenario =
            scratch.Spec("duration: 2s\nvms:\n  - { name: a, count: 100, storage: { size: 1MiB }, workload: { rw: randread } }\n"),
        };
        await using var run = await ServedRun.StartAsync(program);
        var authority = new Uri(run.Url);
        var deaf = new List<TcpClient>();
        for (var i = 0; i < 50; i++)
        {
            var socket = new TcpClient { ReceiveBufferSize = 1024 };
            await socket.ConnectAsync(authority.Host, authority.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /api/live HTTP/1.1\r\nHost: x\r\n\r\n"));
            if (i % 2 == 0)
            {
                socket.Client.LingerState = new LingerOption(true, 0); // a reset in the middle of an answer
                socket.Dispose();
            }
            else
            {
                deaf.Add(socket);
            }
        }

        await run.Over.WaitAsync(TimeSpan.FromSeconds(60));
        using var client = new HttpClient();
        Assert.StartsWith("{\"clock_ns\":", await FirstFrameAsync(client, run.Url), StringComparison.Ordinal);
        Assert.Contains("mbsa_vms_running", await client.GetStringAsync(new Uri(run.Url + "/metrics")), StringComparison.Ordinal);
        deaf.ForEach(socket => socket.Dispose());
        var ending = Stopwatch.StartNew();
        Assert.Equal(ExitCode.Ok, await run.EndAsync());
        Assert.True(ending.Elapsed < TimeSpan.FromSeconds(10), "clients keep the program from ending");
    }

    [Fact]
    public async Task What_is_no_get_is_refused_and_what_is_not_there_says_what_is()
    {
        using var program = new TestProgram();
        await using var run = await ServedRun.StartAsync(program);
        using var client = new HttpClient();

        using var post = await client.PostAsync(new Uri(run.Url + "/api/live"), new StringContent("x"));
        using var missing = await client.GetAsync(new Uri(run.Url + "/../etc/passwd"));

        Assert.Equal(405, (int)post.StatusCode);
        Assert.Equal(404, (int)missing.StatusCode);
        Assert.Contains("the metrics are at /metrics", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> FirstFrameAsync(HttpClient client, string url)
    {
        using var stream = new StreamReader(await client.GetStreamAsync(new Uri(url + "/api/live")));
        while (true)
        {
            var line = await stream.ReadLineAsync() ?? throw new InvalidOperationException("the stream ended");
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line[6..];
            }
        }
    }
}
