using Mbsa.Host.Page;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Page;

public sealed class PageViewTests
{
    [Fact]
    public void Several_devices_stand_one_after_the_other_each_with_its_cells()
    {
        var first = new DeviceWear(
            new Dictionary<string, WearSample> { ["a"] = new(10, 1, 4, 2, null) }, [new(null, true, 0), new("a", false, 4)]);
        var second = new DeviceWear(new Dictionary<string, WearSample> { ["b"] = new(90, 0, 9, 3, null) }, [new("b", false, 9)]);

        var wear = PageView.Wear(DeviceWear.Beside([first, second]));

        Assert.Equal([2, 1], wear.Devices);
        Assert.Equal([-2, 0, 1], wear.Owners);
        Assert.Equal([0L, 4, 9], wear.Worst);
        Assert.Equal(["b", "a"], wear.Disks.Select(disk => disk[0]));
        Assert.Equal([2], PageView.Wear(first).Devices);
    }

    [Fact]
    public void Each_of_several_hosts_says_what_it_is()
    {
        var scenario = Sample.ClusterResult().Scenario;
        var hosts = scenario.Cluster!.Hosts;
        var other = hosts[1] with { Host = hosts[1].Host with { Policy = "plan", QuantumNs = 50_000 } };

        var page = PageView.Scenario(scenario with { Cluster = scenario.Cluster with { Hosts = hosts.SetItem(1, other) } });

        Assert.Equal(("fair, plan", "25 us, 50 us, order share"), (page.Policy, page.Quantum));
        Assert.Equal(
            [("h-1", "test-machine", "fair", "25 us"), ("h-2", "test-machine", "plan", "50 us")],
            page.Hosts!.Select(host => (host.Name, host.Machine, host.Policy, host.Quantum)));
    }
}
