using Mbsa.Host.Watching;
using Spectre.Console.Testing;

namespace Mbsa.Host.Tests.Watching;

public sealed class LiveTableTests
{
    [Theory]
    [InlineData(0, "........    0 %")]
    [InlineData(0.5, "####....  50.0 %")]
    [InlineData(1.7, "########  170 %")]
    public void A_bar_has_eight_places_whatever_the_share(double share, string expected) =>
        Assert.Equal(expected.Replace(" ", ""), LiveTable.Bar(share, unicode: false).Replace(" ", ""));

    [Fact]
    public void At_80_columns_no_row_takes_two_lines()
    {
        var scenario = Sample.Scenario();
        var console = new TestConsole().Width(80);
        var rows = LiveRates.Between(scenario, Sample.Snapshot(scenario, 100), Sample.Snapshot(scenario, 350));

        console.Write(LiveTable.Frame(scenario, "virtual 350 ms of 2.2 s, 1.4x real time", rows, 80, unicode: true));

        Assert.Equal(6, console.Lines.Count);
        Assert.Equal("two-vms  policy fair", console.Lines[0].TrimEnd());
        Assert.Equal("virtual 350 ms of 2.2 s, 1.4x real time", console.Lines[1].TrimEnd());
        Assert.Contains("4.51 GB/s", console.Lines[4]);
        Assert.DoesNotContain("running", console.Output);
    }

    [Fact]
    public void A_wide_terminal_shows_how_each_vm_stands()
    {
        var scenario = Sample.Scenario();
        var console = new TestConsole().Width(120);

        console.Write(LiveTable.Frame(scenario, "", LiveRates.Between(scenario, null, Sample.Snapshot(scenario, 100)), 120, unicode: true));

        Assert.Contains("running", console.Output);
    }
}
