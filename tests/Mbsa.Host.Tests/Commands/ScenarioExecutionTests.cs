using System.Text.Json;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Commands;

public sealed class ScenarioExecutionTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_run_in_which_all_went_well_ends_with_its_table()
    {
        _program.Expectations = ["oltp.read.p99 <= 40us"];
        _program.Warnings = ["x.yaml:3: doubtful"];

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml"));

        Assert.Contains("405 k", _program.Output);
        Assert.Contains("held   oltp.read.p99 <= 40us  (measured 12.4us)", _program.Output);
        Assert.Equal(["warning: x.yaml:3: doubtful"], _program.Errors);
    }

    [Fact]
    public async Task An_expectation_that_failed_is_exit_code_1_and_in_the_report()
    {
        _program.Expectations = ["oltp.read.p99 <= 1us"];

        Assert.Equal(ExitCode.Failed, await _program.InvokeAsync("run", "x.yaml", "--json", "-"));

        using var json = JsonDocument.Parse(_program.StandardOutputText);
        Assert.False(json.RootElement.GetProperty("expectations")[0].GetProperty("held").GetBoolean());
        Assert.Equal(["failed: oltp.read.p99 <= 1us  (measured 12.4us)"], _program.Errors);
        Assert.Equal("", _program.Output);
    }

    [Fact]
    public async Task Stages_are_shown_on_request_for_those_who_have_them()
    {
        _program.Run = scenario => FakeRun.Over(WithFirst(Sample.Result(scenario), vm => vm with
        {
            Stages = new StagesResult(10, [593, 750, 557, 16_700, 470, 2000, 25, 200, 557, 17_500, 2650]),
        }));

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml", "--stages"));

        Assert.Matches(@"1-2 +guest: system call, block layer, ring +593 ns", _program.Output);
        Assert.Matches(@"6-7 +device +2\.00 us", _program.Output);
        Assert.Matches(@"1-12 +all +42\.0 us", _program.Output);
    }

    [Fact]
    public async Task Without_a_conventional_path_there_are_no_stages_to_show()
    {
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml", "--stages"));

        Assert.Contains("no stages: no VM did I/O on path vhost-bio or virtio-mq", _program.Output);
    }

    [Fact]
    public async Task Blocks_that_were_wrong_are_exit_code_1()
    {
        _program.Run = scenario => FakeRun.Over(WithFirst(Sample.Result(scenario), vm => vm with { BlocksVerified = 5, BlocksWrong = 1 }));

        Assert.Equal(ExitCode.Failed, await _program.InvokeAsync("run", "x.yaml"));
    }

    [Theory]
    [InlineData(false, ExitCode.Failed)]
    [InlineData(true, ExitCode.Ok)]
    public async Task A_vm_that_failed_is_exit_code_1_unless_that_was_the_plan(bool planned, int expected)
    {
        _program.Scenario = _program.Scenario with
        {
            Events = planned ? [new ScenarioEvent(1, "oltp", new VmChange.FailVcpu(0))] : [],
        };
        _program.Run = scenario => FakeRun.Over(WithFirst(Sample.Result(scenario), vm => vm with { State = VmState.Failed }));

        Assert.Equal(expected, await _program.InvokeAsync("run", "x.yaml"));
    }

    [Fact]
    public async Task Interrupted_it_prints_and_writes_what_was_measured()
    {
        FakeRun? run = null;
        _program.Run = scenario =>
            run = new FakeRun(Sample.Result(scenario), Sample.Snapshot(scenario, 1000), Sample.Snapshot(scenario, 2000))
            {
                OnSnapshot = () => _program.Interruption.Request(),
            };
        var path = Path.GetTempFileName();

        Assert.Equal(ExitCode.Interrupted, await _program.InvokeAsync("run", "x.yaml", "--json", path));

        Assert.True(run!.WasInterrupted);
        Assert.Contains("(interrupted: 2 s were asked for)", _program.Output);
        Assert.Contains("\"interrupted\": true", await File.ReadAllTextAsync(path));
        File.Delete(path);
    }

    [Fact]
    public async Task Interrupted_while_it_starts_it_ends_at_once()
    {
        FakeRun? run = null;
        _program.Run = scenario =>
        {
            _program.Interruption.Request();
            return run = new FakeRun(Sample.Result(scenario), Sample.Snapshot(scenario, 0), Sample.Snapshot(scenario, 1));
        };

        Assert.Equal(ExitCode.Interrupted, await _program.InvokeAsync("run", "x.yaml"));
        Assert.True(run!.WasInterrupted);
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_found_out_before_the_run()
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml", "--json", "/no/such/place/report.json"));

        Assert.Equal("mbsa: --json: cannot write /no/such/place/report.json: there is no directory /no/such/place",
            Assert.Single(_program.Errors));
        Assert.Null(_program.Started);
    }

    [Fact]
    public async Task Quiet_it_says_nothing_when_all_went_well()
    {
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("run", "x.yaml", "--quiet"));

        Assert.Equal("", _program.Output);
        Assert.Empty(_program.Errors);
    }

    [Fact]
    public async Task A_host_that_cannot_be_set_up_for_the_users_reasons_is_exit_code_2()
    {
        _program.Run = scenario =>
        {
            var run = new FakeRun(Sample.Result(scenario), Sample.Snapshot(scenario, 0), Sample.Snapshot(scenario, 1));
            run.Fail(new InputException("device.img", 0, "is not an NVM device"));
            return run;
        };

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("run", "x.yaml"));
        Assert.Equal("device.img: is not an NVM device", Assert.Single(_program.Errors));
    }

    private static RunResult WithFirst(RunResult result, Func<VmResult, VmResult> change) =>
        result with { Vms = result.Vms.SetItem(0, change(result.Vms[0])) };
}
