using Mbsa.Host.Watching;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Watching;

public sealed class RunProgressTests
{
    [Fact]
    public void A_virtual_clock_has_a_speed()
    {
        var snapshot = Sample.Snapshot(Sample.Scenario(), 1240);

        Assert.Equal("virtual 1.24 s of 2.2 s, 3.1x real time",
            RunProgress.Describe(ClockKind.Virtual, snapshot, TimeSpan.FromSeconds(0.4)));
    }

    [Fact]
    public void Wall_clock_has_none_and_a_warmup_is_named()
    {
        var snapshot = Sample.Snapshot(Sample.Scenario(), 100, measuring: false);

        Assert.Equal("wall 100 ms of 2.2 s, warming up", RunProgress.Describe(ClockKind.Wall, snapshot, TimeSpan.FromSeconds(0.1)));
    }
}
