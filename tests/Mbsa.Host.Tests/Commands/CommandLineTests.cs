using Mbsa.Host.Commands;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Theory]
    [InlineData("rum", "unknown command 'rum'; did you mean 'run'?")]
    [InlineData("run x.yaml --jsno f", "unknown option '--jsno'; did you mean '--json'?")]
    [InlineData("run x.yaml y.yaml", "one argument too many: 'y.yaml'")]
    [InlineData("run", "SCENARIO")]
    [InlineData("run x.yaml --json", "--json")]
    [InlineData("run x.yaml --clock wal", "--clock: unknown name 'wal'; did you mean 'wall'?")]
    [InlineData("run x.yaml --latencies all", "--latencies: unknown name 'all'; available: sampled, every")]
    [InlineData("run x.yaml --seed -1", "--seed: '-1' is not a whole number")]
    [InlineData("run x.yaml --duration 5", "--duration: '5' has no unit")]
    [InlineData("run x.yaml --windows 0s", "--windows: '0s' is no time to measure")]
    [InlineData("run x.yaml --serve localhost:http", "--serve: 'localhost:http' is not an address")]
    [InlineData("run --serve 99999 x.yaml", "--serve: '99999' is no port; ports are 0 to 65535")]
    [InlineData("run --serve http://127.0.0.1:9464 x.yaml",
        "--serve: 'http://127.0.0.1:9464' is the address of a page; write 127.0.0.1:9464")]
    [InlineData("check --policy none x.yaml", "unknown option '--policy'; available: ")]
    [InlineData("reproduce all --fulll", "unknown option '--fulll'; did you mean '--full'?")]
    [InlineData("run x.yaml --json a --html ./a", "--json and --html both name ./a; give each a place of its own")]
    [InlineData("run x.yaml --json - --html -", "--json and --html both name standard output")]
    [InlineData("run x.yaml --json ./x.yaml", "--json: ./x.yaml is the scenario, and would be overwritten; name another file")]
    [InlineData("run x.yaml --output-format json --output ./x.yaml", "--output: ./x.yaml is the scenario, and would be overwritten")]
    [InlineData("run x.yaml --output-format=json+ --json -", "--json and --output both name standard output")]
    [InlineData("run x.yaml --output-format normal", "--output-format: unknown name 'normal'; available: json, json+")]
    [InlineData("run x.yaml --output a.json", "--output goes with --output-format=json or json+")]
    [InlineData("compare x.yaml --html x.yaml", "--html: x.yaml is the scenario, and would be overwritten")]
    public async Task A_mistake_on_the_command_line_is_one_line_and_exit_code_2(string line, string complaint)
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync(line.Split(' ')));

        Assert.Contains(complaint, Assert.Single(_program.Errors));
        Assert.StartsWith("mbsa: ", _program.Errors[0]);
        Assert.Equal("", _program.Output);
        Assert.Null(_program.Started);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    public async Task Without_a_command_it_says_how_to_begin(params string[] arguments)
    {
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync(arguments));

        Assert.Contains("mbsa run scenarios/noisy-neighbour.yaml", _program.Output);
        Assert.Contains("130 interrupted by Ctrl-C", _program.Output);
        Assert.Empty(_program.Errors);
    }

    [Fact]
    public async Task Options_take_the_place_of_what_the_scenario_says()
    {
        await _program.InvokeAsync(
            "run", "x.yaml", "--clock", "wall", "--policy", "none", "--seed", "18446744073709551615",
            "--duration", "500ms", "--windows", "10ms", "--latencies", "every");

        Assert.Equal(
            new ScenarioOverrides
            {
                Clock = ClockKind.Wall,
                Policy = "none",
                Seed = ulong.MaxValue,
                DurationNs = 500_000_000,
                WindowNs = 10_000_000,
            },
            _program.Overrides);
        Assert.Equal(LatencySampling.Every, _program.Started!.Latency);
    }

    [Fact]
    public async Task A_mistake_of_ours_is_one_line_too()
    {
        _program.Run = _ => throw new InvalidOperationException("the cat\nsat");

        Assert.Equal(ExitCode.Bug, await _program.InvokeAsync("run", "x.yaml"));

        Assert.Equal("mbsa: this is a bug in mbsa: the cat sat (InvalidOperationException); --verbose shows where",
            Assert.Single(_program.Errors));
    }

    [Fact]
    public async Task Asked_to_be_verbose_it_shows_where_the_mistake_is()
    {
        _program.Run = _ => throw new InvalidOperationException("boom");

        await _program.InvokeAsync("run", "x.yaml", "--verbose");

        Assert.Contains(_program.Errors, line => line.Contains("at Mbsa.Host", StringComparison.Ordinal));
        Assert.True(_program.Trace.IsVerbose);
    }

    [Fact]
    public async Task Policies_and_profiles_are_listed()
    {
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("policies"));
        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("profiles"));

        Assert.Contains("  fair ", _program.Output);
        Assert.Contains("  generic-4core ", _program.Output);
        Assert.Contains("  dram ", _program.Output);
    }
}
