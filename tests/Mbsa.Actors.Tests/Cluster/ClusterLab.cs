using Mbsa.Actors.Nodes;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>Scenarios of several hosts, and clusters of several nodes in this process: real remoting on loopback between them.</summary>
internal static class ClusterLab
{
    private static readonly IoPattern[] _patterns = [IoPattern.RandRead, IoPattern.RandReadWrite, IoPattern.Write];

    /// <summary>Hosts of 4 cores, VMs of 2 VCPUs that read and write in their several ways.</summary>
    public static ScenarioSpec Scenario(int hosts, int vms, Func<HostSpec, HostSpec>? change = null)
    {
        var scenario = Lab.Scenario([.. Enumerable.Range(0, vms).Select(i => Lab.Vm($"vm-{i}", _patterns[i % _patterns.Length], vcpus: 2))])
            .With(host => host with { Device = Lab.Device(6e9, 2e9) })
            .With(change ?? (host => host));
        return scenario with
        {
            Cluster = new ClusterSpec
            {
                Hosts = [.. Enumerable.Range(0, hosts).Select(i => new ClusterHostSpec($"h-{i}", scenario.Host))],
                EpochNs = 5 * Lab.Millisecond,
            },
        };
    }

    /// <summary>Lets things happen to hosts.</summary>
    public static ScenarioSpec Happening(this ScenarioSpec scenario, params HostEvent[] events) =>
        scenario with { Cluster = scenario.Cluster! with { Events = [.. events] } };

    /// <summary>
    /// A run that takes seconds whatever the machine, and most of them talk between nodes: time to do something to these in the middle.
    /// </summary>
    public static ScenarioSpec Talkative()
    {
        var scenario = Scenario(hosts: 4, vms: 8);
        return scenario with
        {
            DurationNs = 4000 * Lab.Millisecond,
            Vms = [.. scenario.Vms.Select(vm =>
                vm with { Jobs = [Lab.Job(IoPattern.RandReadWrite, 2) with { ReadRateIops = 1000, WriteRateIops = 1000 }] })],
            Cluster = scenario.Cluster! with { EpochNs = Lab.Millisecond },
        };
    }

    /// <summary>Starts so many nodes; the first begins the cluster.</summary>
    public static async Task<List<ClusterNode>> StartNodesAsync(int count, Action<string>? say = null)
    {
        var first = await ClusterNode.StartAsync(Options(), say);
        var others = await Task.WhenAll(Enumerable.Range(1, count - 1)
            .Select(_ => ClusterNode.StartAsync(Options() with { Seeds = [first.Address] }, say)));
        return [first, .. others];
    }

    /// <summary>Any port, and quick to give up on a member.</summary>
    public static NodeOptions Options() => new() { Port = 0, StableAfterSeconds = 2 };

    /// <summary>Runs a scenario on a cluster that is there, as `mbsa run --cluster` does.</summary>
    public static async Task<RunResult> RunOnAsync(this ScenarioSpec scenario, ClusterNode node) =>
        await (await ClusterRun.SubmitAsync(scenario, node.Address, Options())).Completion.WaitAsync(TimeSpan.FromSeconds(120));

    /// <summary>Runs a scenario on so many nodes.</summary>
    public static async Task<RunResult> RunOnAsync(this ScenarioSpec scenario, int nodes)
    {
        var cluster = await StartNodesAsync(nodes);
        try
        {
            return await scenario.RunOnAsync(cluster[^1]);
        }
        finally
        {
            await Task.WhenAll(cluster.Select(node => node.CrashAsync()));
        }
    }

    /// <summary>Waits for something that must come.</summary>
    public static async Task UntilAsync(Func<bool> holds, int seconds = 60)
    {
        for (var left = seconds * 50; !holds(); left--)
        {
            Assert.True(left > 0, "it did not come");
            await Task.Delay(20);
        }
    }

    /// <summary>Two runs are the same in all that is reported.</summary>
    public static void AssertSame(RunResult first, RunResult second)
    {
        Assert.Equal(first.Problems.AsEnumerable(), second.Problems);
        Assert.Equal(first.Totals(), second.Totals());
        Assert.Equal(first.Cluster!.Hosts.AsEnumerable(), second.Cluster!.Hosts);
        Assert.Equal(first.Cluster.Migrations.AsEnumerable(), second.Cluster.Migrations);
        Assert.Equal(first.Cluster.Losses.AsEnumerable(), second.Cluster.Losses);
        Assert.Equal(first.Cluster.HostOfVm.AsEnumerable(), second.Cluster.HostOfVm);
        Assert.Equal(first.TraceHash, second.TraceHash);
        Assert.NotNull(first.TraceHash);
    }
}
