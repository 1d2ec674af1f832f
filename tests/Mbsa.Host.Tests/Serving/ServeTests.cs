using System.Net;
using System.Net.Sockets;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Commands;

namespace Mbsa.Host.Tests.Serving;

public sealed class ServeTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task It_serves_during_the_run_and_after_it_until_it_is_interrupted()
    {
        var serving = new LineWatcher("still serving ");
        _program.ErrorWriter = serving;

        var run = _program.InvokeAsync("run", "x.yaml", "--serve", "127.0.0.1:0", "--quiet");
        var url = (await serving.Line).Split(' ')[2].TrimEnd('/');
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri(url + "/"));
        var metrics = await client.GetStringAsync(new Uri(url + "/metrics"));
        using var missing = await client.GetAsync(new Uri(url + "/nothing"));
        _program.Interruption.Request();

        Assert.Equal(ExitCode.Ok, await run);
        Assert.Contains("href=\"/metrics\"", page);
        Assert.Contains("# TYPE mbsa_io_operations_total counter", metrics);
        Assert.Contains("vm=\"oltp\"", metrics);
        Assert.DoesNotContain("process_cpu", metrics);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_found_out_before_the_run()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml", "--serve", $"{other.LocalEndpoint}"));

        Assert.StartsWith($"mbsa: --serve: {other.LocalEndpoint} is in use; name another port", Assert.Single(_program.Errors));
        Assert.Null(_program.Started);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_clear_line()
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml", "--serve", "192.0.2.1:9000"));

        Assert.Contains("192.0.2.1 is not an address of this machine", Assert.Single(_program.Errors));
    }
}
