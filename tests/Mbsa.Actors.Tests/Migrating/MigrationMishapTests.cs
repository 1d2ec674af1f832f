using Mbsa.Actors.Commands;
using Mbsa.Actors.Wire;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Migrating;

/// <summary>What goes wrong on the way is said, costs no block, and leaves the VM alive in one place.</summary>
public sealed class MigrationMishapTests : IDisposable
{
    private const long Millisecond = Lab.Millisecond;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-migration-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_migration_that_is_called_off_at_any_step_costs_nothing()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(Millisecond);
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.CancelMigration(0)); // none was begun

        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.CancelMigration(0));
        await AssertRefusedAsync(rig, 0, new HostCommand.NextRound(0), "not begun");
        await AssertRefusedAsync(rig, 0, new HostCommand.Pause(0), "not begun");
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0)); // it is not there
        await AssertRefusedAsync(rig, 1, new HostCommand.Write(0, new Blob([])), "not prepared");
        await AssertRefusedAsync(rig, 1, new HostCommand.Resume(0, new Blob([]), 0), "not prepared");

        await rig.RunToAsync(2 * Millisecond);
        await rig.ChangeOfMindAsync(0, 0, 1, rounds: 2, roundNs: 100_000, stopNs: 50_000);
        await rig.RunToAsync(4 * Millisecond);
        await rig.MigrateAsync(0, 0, 1);
        await rig.FinishAsync(0, 1);
        await AssertWholeAsync(rig, 1);
    }

    [Fact]
    public async Task What_was_damaged_on_its_way_does_not_run_and_the_vm_stays()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        var first = await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await AssertRefusedAsync(rig, 1, new HostCommand.Write(0, Damaged(first.Content)), "checksum");
        await AssertRefusedAsync(rig, 1, new HostCommand.Write(0, new Blob([1, 2, 3])), "something else");
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, first.Content));
        await rig.RunToAsync(3 * Millisecond);
        var paused = await rig.AskAsync<HostAnswer.Paused>(0, new HostCommand.Pause(0));
        // without the last round
        await AssertRefusedAsync(rig, 1, new HostCommand.Resume(0, paused.Guest, paused.ContentHash), "not what left");
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, paused.Last.Content));
        await AssertRefusedAsync(rig, 1, new HostCommand.Resume(0, Damaged(paused.Guest), paused.ContentHash), "guest");

        await AssertRefusedAsync(rig, 0, new HostCommand.NextRound(0), "paused");
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0));
        await rig.RunToAsync(4 * Millisecond);
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.CancelMigration(0));
        await rig.MigrateAsync(0, 0, 1);
        await rig.FinishAsync(0, 1);
        await AssertWholeAsync(rig, 1);
    }

    [Fact]
    public async Task After_a_damaged_guest_the_right_one_runs()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        var first = await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        var paused = await rig.AskAsync<HostAnswer.Paused>(0, new HostCommand.Pause(0));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, first.Content));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, paused.Last.Content));
        await AssertRefusedAsync(rig, 1, new HostCommand.Resume(0, Damaged(paused.Guest), paused.ContentHash), "guest");
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Resume(0, paused.Guest, paused.ContentHash));
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Forget(0));
        await rig.FinishAsync(0, 1);
        await AssertWholeAsync(rig, 1);
    }

    [Fact]
    public async Task Another_vms_guest_is_refused()
    {
        var scenario = Lab.Scenario(Lab.Hog("a", 1), Lab.Hog("b", 1));
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(1, QosSpec.BestEffort));
        await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        var paused = await rig.AskAsync<HostAnswer.Paused>(0, new HostCommand.Pause(0));
        await AssertRefusedAsync(rig, 1, new HostCommand.Resume(1, paused.Guest, paused.ContentHash), "it is 'a'");
    }

    [Fact]
    public async Task A_host_says_why_a_vm_cannot_come_and_keeps_nothing_of_it()
    {
        var scenario = Lab.Scenario(Lab.Vm("big", sizeBytes: 200 << 20),
            Lab.Vm("raw") with { Storage = new StorageSpec(IoPath.Host, 4 << 20) }, Lab.Vm("other", sizeBytes: 100 << 20), Lab.Vm("light"));
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.StartAsync(1, 0);
        await rig.StartAsync(2, 1);
        var free = rig.Board(1).NvmAllocatedBytes;
        await AssertRefusedAsync(rig, 1, new HostCommand.Prepare(0, QosSpec.BestEffort), "free");
        await AssertRefusedAsync(rig, 1, new HostCommand.Prepare(3, new QosSpec { Weight = -1 }), "weight");
        Assert.Equal(free, rig.Board(1).NvmAllocatedBytes);
        await AssertRefusedAsync(rig, 1, new HostCommand.Prepare(1, QosSpec.BestEffort), "memory-bus");
        await AssertRefusedAsync(rig, 0, new HostCommand.BeginMigration(1), "memory-bus");
        await AssertRefusedAsync(rig, 0, new HostCommand.Prepare(0, QosSpec.BestEffort), "on this host");
        foreach (var message in (HostCommand[])[new HostCommand.BeginMigration(0), new HostCommand.NextRound(0),
            new HostCommand.Pause(0), new HostCommand.CancelMigration(0), new HostCommand.Collect(0)])
        {
            await AssertRefusedAsync(rig, 1, message, "not on this host");
        }

        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Stop(2));
        await rig.MigrateAsync(0, 0, 1);
    }

    [Fact]
    public async Task A_vm_that_is_given_up_on_its_way_does_not_leave_and_says_so()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(Millisecond);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await FailAsync(rig, host: 0, times: 4);
        Assert.Equal(VmState.Failed, rig.Board(0).StateOf(0));
        foreach (var message in (HostCommand[])[new HostCommand.NextRound(0), new HostCommand.Pause(0), new HostCommand.CancelMigration(0)])
        {
            await AssertRefusedAsync(rig, 0, message, "given up after VCPU 1 failed 4 times");
        }

        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0));
        Assert.Equal(VmState.Failed, (await rig.ResultAsync(0, 0)).State);
    }

    [Fact]
    public async Task Failures_count_on_where_the_vm_goes_and_a_fault_that_waits_goes_along()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(500_000);
        await FailAsync(rig, host: 0, times: 2);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        var first = await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.FailVcpu(0, 1));
        var paused = await rig.AskAsync<HostAnswer.Paused>(0, new HostCommand.Pause(0));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, first.Content));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, paused.Last.Content));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Resume(0, paused.Guest, paused.ContentHash));
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Forget(0));
        await rig.RunToAsync(2 * Millisecond);
        Assert.Equal(3, (await rig.ResultAsync(0, 1)).Problems.Length);
        await FailAsync(rig, host: 1, times: 1);
        Assert.Equal(VmState.Failed, rig.Board(1).StateOf(0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_power_of_its_host_fails_the_vm_stays_and_has_every_write(bool isPaused)
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await rig.RunToAsync(3 * Millisecond);
        if (isPaused)
        {
            await rig.AskAsync<HostAnswer.Paused>(0, new HostCommand.Pause(0));
        }

        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.LosePower());
        await AssertRefusedAsync(rig, 0, new HostCommand.CancelMigration(0), "no power");
        await AssertRefusedAsync(rig, 0, new HostCommand.Prepare(0, QosSpec.BestEffort), "no power");
        await rig.RunToAsync(4 * Millisecond);
        var back = await rig.AskAsync<HostAnswer.PowerBack>(0, new HostCommand.RestorePower());
        Assert.Equal(isPaused ? (0, 0) : (1, 1), (back.Vms, back.DisksRecovered));
        Assert.Equal(VmState.Running, rig.Board(0).StateOf(0));

        var before = rig.Board(0).OperationsOf(0);
        await rig.RunToAsync(5 * Millisecond);
        Assert.Equal(isPaused, before == rig.Board(0).OperationsOf(0));
        if (!isPaused)
        {
            await AssertRefusedAsync(rig, 0, new HostCommand.NextRound(0), "power failed");
        }

        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.CancelMigration(0));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0));
        await rig.MigrateAsync(0, 0, 1);
        await rig.FinishAsync(0, 1);
        var result = await rig.ResultAsync(0, 1);
        Assert.Equal(0, result.BlocksWrong);
        Assert.True(result.BlocksVerified > 1000);
    }

    [Fact]
    public async Task When_the_power_fails_where_it_shall_go_nothing_of_it_stays_there()
    {
        await using var rig = new MigrationRig(Verifying());
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Prepare(0, QosSpec.BestEffort));
        var first = await rig.AskAsync<HostAnswer.Round>(0, new HostCommand.BeginMigration(0));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Write(0, first.Content));
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.LosePower());
        await AssertRefusedAsync(rig, 1, new HostCommand.Write(0, first.Content), "not prepared");
        Assert.Equal(0, (await rig.AskAsync<HostAnswer.PowerBack>(1, new HostCommand.RestorePower())).Vms);
        await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Forget(0));
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.CancelMigration(0));
        await rig.MigrateAsync(0, 0, 1);
        await rig.FinishAsync(0, 1);
        await AssertWholeAsync(rig, 1);
    }

    [Fact]
    public async Task A_child_device_that_grew_is_as_large_where_it_goes()
    {
        var scenario = Verifying();
        await using var rig = new MigrationRig(scenario);
        await rig.StartAsync(0, 0);
        await rig.RunToAsync(2 * Millisecond);
        var grown = scenario.Vms[0].Storage!.ChildBytes + (8 << 20);
        await rig.AskAsync<HostAnswer.Done>(0, new HostCommand.Resize(0, grown));
        var before = rig.Board(1).NvmAllocatedBytes;
        await rig.MigrateAsync(0, 0, 1);
        Assert.InRange(rig.Board(1).NvmAllocatedBytes - before, grown, grown + (64 << 10));
        await rig.FinishAsync(0, 1);
        await AssertWholeAsync(rig, 1);
    }

    [Fact]
    public async Task On_devices_in_files_the_child_device_moves_too()
    {
        var scenario = Verifying();
        string File(int host) => Path.Combine(_folder, $"host-{host}.nvm");
        await using (var rig = new MigrationRig(scenario, change: (index, host) => host with
        {
            NvmFile = File(index),
            NvmSizeBytes = 32 << 20,
        }))
        {
            await rig.StartAsync(0, 0);
            await rig.RunToAsync(2 * Millisecond);
            await rig.MigrateAsync(0, 0, 1);
            Assert.InRange(rig.Board(0).NvmAllocatedBytes, 0, 1 << 20);
            await rig.FinishAsync(0, 1);
            await AssertWholeAsync(rig, 1);
            await rig.AskAsync<HostAnswer.Done>(1, new HostCommand.Stop(0));
        }

        // The disk is on the second host now: a new one on the first has no business there.
        await using var again = new MigrationRig(scenario, change: (index, host) => host with
        {
            NvmFile = File(index),
            NvmSizeIsAskedFor = false,
        });
        await again.StartAsync(0, 0);
        await AssertRefusedAsync(again, 1, new HostCommand.Prepare(0, QosSpec.BestEffort), "earlier run");
    }

    private static async Task FailAsync(MigrationRig rig, int host, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await rig.AskAsync<HostAnswer.Done>(host, new HostCommand.FailVcpu(0, 1));
            await rig.RunOnAsync(100_000);
        }
    }

    private static async Task AssertRefusedAsync(MigrationRig rig, int host, HostCommand command, string why) =>
        Assert.Contains(why, (await rig.AskAsync<HostAnswer.Refused>(host, command)).Reason, StringComparison.Ordinal);

    private static async Task AssertWholeAsync(MigrationRig rig, int host)
    {
        var result = await rig.ResultAsync(0, host);
        Assert.Equal((VmState.Finished, 0), (result.State, result.BlocksWrong));
        Assert.Equal(4 * 2048, result.Read.Operations + result.Write.Operations);
        Assert.True(result.BlocksVerified > 1000, $"{result.BlocksVerified} blocks");
        Assert.Empty(result.Problems);
    }

    private static byte[] Damaged(byte[] shipment)
    {
        byte[] damaged = [.. shipment];
        damaged[^1] ^= 0x40;
        return damaged;
    }

    private static ScenarioSpec Verifying() => Lab.Scenario(Lab.Vm("a", vcpus: 2) with
    {
        Storage = new StorageSpec(IoPath.MemoryBus, 4 << 20, "due-time", "q=16 t=4"),
        Jobs = [Lab.Job(IoPattern.RandReadWrite, 4) with { TimeBased = false, IoSizeBytes = 8 << 20, Verify = VerifyMethod.Crc32c }],
    }).With(h => h with { Payload = PayloadKind.Full });
}
