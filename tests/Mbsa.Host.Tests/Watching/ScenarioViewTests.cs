using Mbsa.Host.Watching;
using Mbsa.Model.Watching;
using Spectre.Console.Testing;

namespace Mbsa.Host.Tests.Watching;

public sealed class ScenarioViewTests
{
    private readonly TestConsole _console = new TestConsole().Width(80);

    [Fact]
    public async Task A_run_that_is_over_at_once_shows_nothing()
    {
        var result = Sample.Result();

        await new ScenarioView(result.Scenario, FakeRun.Over(result), _console, new InstantTime()).ShowAsync(asTable: false);

        Assert.Equal("", _console.Output);
    }

    [Fact]
    public async Task Plain_lines_come_once_a_second_and_say_how_far_it_is()
    {
        var result = Sample.Result();
        var run = new FakeRun(result, Sample.Snapshot(result.Scenario, 1000), Sample.Snapshot(result.Scenario, 2000));

        await new ScenarioView(result.Scenario, run, _console, new InstantTime()).ShowAsync(asTable: false);

        Assert.Equal(
            [
                "virtual 1.00 s of 2.2 s, 0.8x real time: 3.20 MIOPS, 13.1 GB/s, cores 50.0 %; most by writer: 8.60 GB/s",
                "virtual 2.00 s of 2.2 s, 0.9x real time: 3.20 MIOPS, 13.1 GB/s, cores 50.0 %; most by writer: 8.60 GB/s",
            ],
            _console.Output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_long_run_prints_no_more_lines_than_are_read()
    {
        var result = Sample.Result();
        LiveSnapshot[] snapshots = [.. Enumerable.Range(0, 2201).Select(ms => Sample.Snapshot(result.Scenario, ms))];

        await new ScenarioView(result.Scenario, new FakeRun(result, snapshots), _console, new InstantTime()).ShowAsync(asTable: false);

        Assert.InRange(_console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 50, ScenarioView.MaxLines);
    }

    [Fact]
    public async Task Asked_to_end_it_says_how_to_end_it_at_once()
    {
        var console = new TestConsole().Width(80).Interactive();
        var result = Sample.Result();
        var run = new FakeRun(result, Sample.Snapshot(result.Scenario, 250), Sample.Snapshot(result.Scenario, 500));

        await new ScenarioView(result.Scenario, run, console, new InstantTime(), new CancellationToken(canceled: true))
            .ShowAsync(asTable: true);

        Assert.Contains("ending, Ctrl-C again exits at once", console.Output);
    }

    [Fact]
    public async Task A_table_is_drawn_four_times_a_second_and_is_gone_at_the_end()
    {
        var console = new TestConsole().Width(80).Interactive().EmitAnsiSequences();
        var result = Sample.Result();
        var frames = 0;
        var run = new FakeRun(result, Sample.Snapshot(result.Scenario, 250), Sample.Snapshot(result.Scenario, 500))
        { OnSnapshot = () => frames++ };

        await new ScenarioView(result.Scenario, run, console, new InstantTime()).ShowAsync(asTable: true);

        Assert.Equal(2, frames);
        Assert.Contains("virtual 500 ms of 2.2 s", console.Output);
        Assert.EndsWith("\u001b[?25h", console.Output.TrimEnd());
    }
}
