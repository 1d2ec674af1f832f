using Mbsa.Actors.Nodes;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Commands;

public sealed class ClusterRunTests : IDisposable
{
    private readonly FakeCluster _cluster = new();
    private readonly TestProgram _program;

    public ClusterRunTests() => _program = new TestProgram { Scenario = Sample.ClusterScenario(), Cluster = _cluster };

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task Several_hosts_run_in_this_process_when_no_cluster_is_named()
    {
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml"));

        Assert.Equal(_program.Scenario, _program.Started);
        Assert.Null(_cluster.Options);
    }

    [Fact]
    public async Task A_cluster_on_this_machine_is_asked_from_this_machine_and_its_answer_printed()
    {
        _program.Expectations = ["cluster.iops > 1IOPS"];

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml", "--cluster", "5000"));

        var options = _cluster.Options!;
        Assert.Equal(("127.0.0.1", 0, null), (options.Host, options.Port, options.Secret));
        Assert.Equal(new NodeAddress("127.0.0.1", 5000), Assert.Single(options.Seeds));
        Assert.Equal(_program.Scenario, _cluster.Submitted);
        Assert.Contains("held   cluster.iops > 1IOPS", _program.Output);
    }

    [Fact]
    public async Task There_is_no_answer_from_a_cluster_that_is_not_there()
    {
        _program.Cluster = new FakeCluster { Fails = new InputException("nobody answers at 127.0.0.1:5000") };

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml", "--cluster", "5000"));

        Assert.Equal("mbsa: nobody answers at 127.0.0.1:5000", Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task While_nobody_answers_it_can_be_interrupted()
    {
        _program.Cluster = new FakeCluster { IsSilent = true };

        var ended = _program.InvokeAsync("run", "x.yaml", "--cluster", "5000");
        _program.Interruption.Request();

        Assert.Equal(ExitCode.Interrupted, await ended);
    }

    [Theory]
    [InlineData("--cluster: '1.2.3.4:x' is not an address", "--cluster", "1.2.3.4:x")]
    [InlineData("--secret-file goes with --cluster", "--secret-file", "x")]
    [InlineData("--insecure goes with --cluster", "--insecure")]
    [InlineData("--listen: at 10.9.8.7 whoever finds the port could join and run what he likes; "
        + "add --secret-file or --tls-cert, or say --insecure", "--cluster", "127.0.0.1", "--listen", "10.9.8.7:0")]
    public async Task A_mistake_on_the_command_line_is_one_line_and_exit_code_2(string expected, params string[] options)
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync(["run", "x.yaml", .. options]));

        Assert.StartsWith($"mbsa: {expected}", Assert.Single(_program.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_host_is_no_work_for_a_cluster()
    {
        _program.Scenario = Sample.Scenario();

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml", "--cluster", "5000"));

        Assert.Equal("x.yaml: this scenario has a single host and a cluster carries several; "
            + "write 'hosts' in place of 'host', or leave --cluster out", Assert.Single(_program.Errors));
    }
}
