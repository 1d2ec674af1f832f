using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>Several hosts in this process, without a cluster.</summary>
[Collection("cluster")]
public sealed class LocalHostsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-hosts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_is_over_when_the_last_job_on_the_last_host_has_ended_wherever_hosts_are_carried()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 2);
        scenario = scenario with { Vms = [Once(scenario.Vms[0], blocks: 100), Once(scenario.Vms[1], blocks: 1000)] };
        var here = await scenario.RunAsync();

        Assert.Equal(2 * Lab.Millisecond, here.MeasuredNs); // 1000 I/Os of 2 us, in epochs of 5 ms
        Assert.False(here.Interrupted);
        Assert.All(here.Vms, vm => Assert.Equal(VmState.Finished, vm.State));
        ClusterLab.AssertSame(here, await scenario.RunOnAsync(2));
    }

    [Fact]
    public async Task A_host_that_stood_still_is_in_time_for_what_happens_later()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 2);
        var late = scenario.Vms[1] with { StartsAtOnce = false, PinnedTo = "h-0" };
        scenario = scenario with { Vms = [Once(scenario.Vms[0], blocks: 100) with { PinnedTo = "h-0" }, late] };
        var result = await scenario.At(12 * Lab.Millisecond, "vm-1", new VmChange.Start()).RunAsync();

        Assert.Equal((scenario.DurationNs, 8 * Lab.Millisecond), (result.MeasuredNs, result.Of("vm-1").ActiveNs));
        Assert.Empty(result.Problems);
    }

    [Fact]
    public async Task Each_host_may_keep_its_nvm_in_a_file_here_but_not_on_a_node()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 4);
        scenario = scenario with
        {
            Cluster = scenario.Cluster! with
            {
                Hosts = [.. scenario.Cluster.Hosts.Select(host => host with { Host = host.Host with { NvmFile = FileOf(host.Name) } })],
            },
        };
        var run = ScenarioRun.Start(scenario);
        var result = await run.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Empty(result.Problems);
        foreach (var (host, index) in scenario.Cluster.Hosts.Select((host, index) => (host, index)))
        {
            using var device = NvmDevice.Open(FileOf(host.Name), new MemoryLedger());
            Assert.Equal(
                result.Vms.Where((_, vm) => result.Cluster!.HostOfVm[vm] == index).Select(vm => vm.Spec.Name).Order(),
                device.Children.Select(child => child.Name).Order());
        }

        var refusal = await Assert.ThrowsAsync<InputException>(() => scenario.RunOnAsync(1));
        Assert.StartsWith("the NVM of 'h-0' is in a file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wear_of_all_hosts_is_one_picture()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 4);
        var run = ScenarioRun.Start(scenario with { DurationNs = 3_600_000 * Lab.Millisecond });
        await ClusterLab.UntilAsync(() => run.Snapshot().Vms.All(vm => vm.State == VmState.Running));
        var wear = run.Wear(100);
        run.Interrupt();
        await run.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(scenario.Vms.Select(vm => vm.Name).Order(), wear.Disks.Keys.Order());
        Assert.Equal(100, wear.Cells.Length);
        Assert.Equal(2, wear.Cells.Take(50).Select(cell => cell.Vm).OfType<string>().Distinct().Count());
    }

    private string FileOf(string host) => Path.Combine(_folder, $"{host}.nvm");

    private static VmSpec Once(VmSpec vm, int blocks) => vm with
    {
        Vcpus = 1,
        Jobs = [Lab.Job(IoPattern.Read, 1) with { TimeBased = false, IoSizeBytes = blocks * 4096 }],
    };
}
