using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>Under the wall clock: real bytes from one node's memory to another's while the VM writes.</summary>
[Collection("cluster")]
public sealed class WallMigrationTests
{
    [Fact]
    public async Task Vm_moves_to_another_node_and_back_with_every_byte()
    {
        var scenario = ClusterLab.Scenario(hosts: 2, vms: 2, host => host with
        {
            Machine = Lab.Machine(cores: 1),
            Payload = PayloadKind.Full,
            QuantumNs = 200_000,
        });
        scenario = scenario with
        {
            Clock = ClockKind.Wall,
            DurationNs = 400 * Lab.Millisecond,
            Vms = [.. scenario.Vms.Select(vm => vm with
            {
                Vcpus = 1,
                Storage = vm.Storage! with { SizeBytes = 32 << 20 },
                Jobs = [Lab.Job(IoPattern.RandReadWrite, 1) with
                    { Verify = VerifyMethod.Crc32c, ReadRateIops = 10_000, WriteRateIops = 10_000 }],
            })],
            Events = [new ScenarioEvent(50 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-1")),
                new ScenarioEvent(200 * Lab.Millisecond, "vm-0", new VmChange.Migrate("h-0"))],
        };
        var result = await scenario.RunOnAsync(2);
        Assert.Empty(result.Problems);
        Assert.All(result.Cluster!.Migrations, migration => Assert.True(migration.IsDone, migration.WhyCancelled));
        Assert.Equal(2, result.Cluster.Migrations.Length);
        // much of what it had written until then: how much that is depends on the machine
        Assert.True(result.Cluster.Migrations[1].Bytes > 100 * 4096);
        Assert.All(result.Vms, vm =>
        {
            Assert.Equal(VmState.Running, vm.State);
            Assert.Equal(0, vm.BlocksWrong);
            Assert.True(vm.BlocksVerified > 100);
        });
        Assert.Null(result.TraceHash);
    }
}
