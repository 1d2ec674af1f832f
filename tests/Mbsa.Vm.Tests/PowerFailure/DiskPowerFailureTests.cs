using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.PowerFailure;

public sealed class DiskPowerFailureTests
{
    private const int GuestBlocks = 12;

    [Theory]
    [InlineData("none", "", 24)]
    [InlineData("due-time", "q=16 t=1", 160)]
    [InlineData("due-time", "q=16 t=1 atomic", 60)]
    [InlineData("threshold", "threshold=1 unit=4", 80)]
    [InlineData("start-gap", "psi=8", 80)]
    public void No_power_failure_loses_an_acknowledged_write(string policy, string parameters, int writes)
    {
        using var history = new DiskHistory(GuestBlocks, policy, parameters, seed: 1, statesPerFence: 16);
        history.Live(writes);
        Assert.Empty(history.Explorer.Violations);
        Assert.True(history.Explorer.States > 10 * writes, $"only {history.Explorer.States} states");
        Assert.True(policy == "none" || history.Levelling.Records > 4, $"only {history.Levelling.Records} records: nothing was levelled");
    }

    [Theory]
    [InlineData("none", "", 6)]
    [InlineData("due-time", "q=16 t=1", 40)]
    [InlineData("due-time", "q=16 t=1 atomic", 12)]
    public void Nor_does_one_in_the_recovery_from_another(string policy, string parameters, int writes)
    {
        using var history = new DiskHistory(GuestBlocks, policy, parameters, seed: 2, statesPerFence: 4, statesPerRecoveryFence: 4);
        history.Live(writes);
        Assert.Empty(history.Explorer.Violations);
    }

    [Theory]
    [InlineData("none", "", FenceFate.Dropped)]
    [InlineData("due-time", "q=16 t=1 atomic", FenceFate.Dropped)]
    [InlineData("due-time", "q=16 t=1 atomic", FenceFate.SwappedWithNext)]
    public void A_fence_forgotten_or_in_the_wrong_place_is_noticed(string policy, string parameters, FenceFate fate)
    {
        const int writes = 6;
        using var sound = new DiskHistory(GuestBlocks, policy, parameters, seed: 1, statesPerFence: 2);
        sound.Live(writes);
        var noticed = 0;
        for (var changed = sound.FirstFence; changed < sound.Fences; changed++)
        {
            using var mutant = new DiskHistory(GuestBlocks, policy, parameters, seed: 1,
                statesPerFence: 16, fate: fence => fence == changed ? fate : FenceFate.Holds);
            mutant.Live(writes);
            noticed += mutant.Explorer.ViolationCount > 0 ? 1 : 0;
        }

        // At least those of the writes: of a redirect the one before its record, and the one that commits it.
        // The rest keep second copies alike.
        Assert.InRange(noticed, parameters.Contains("atomic") ? 2 * writes : writes, (int)(sound.Fences - sound.FirstFence));
    }

    [Theory]
    [InlineData("due-time", "q=16 t=1", 700)]
    [InlineData("threshold", "threshold=1 unit=4", 300)]
    [InlineData("start-gap", "psi=8", 300)]
    public void Nor_does_one_while_blocks_move_that_others_might_be_writing(string policy, string parameters, int writes)
    {
        using var history = new DiskHistory(GuestBlocks, policy, parameters, seed: 1, statesPerFence: 4) { SessionsTakeTurns = false };
        history.Live(writes);
        Assert.Empty(history.Explorer.Violations);
        Assert.True(history.Levelling.Relocations > 4, $"only {history.Levelling.Relocations} moves: nothing was levelled");
    }

    [Fact]
    public void A_format_cut_short_leaves_a_disk_or_none_but_no_other_one()
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        var (before, after) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        using (var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = 4 << 20, DeviceId = Guid.Empty, PowerFailures = model }, ledger))
        using (var area = device.Map(device.CreateChild("disk", VirtualDisks.RequiredBytes(700 * 4096))))
        {
            VirtualDisks.Format(area, 100 * 4096, before);
            HashSet<string> found = [];
            using var explorer = new PowerFailureExplorer(model, seed: 1, statesPerFence: 96) { Check = Check };
            VirtualDisks.Format(area, 700 * 4096, after);
            explorer.Explore();
            Assert.Empty(explorer.Violations);
            Assert.Equal([$"{before}", $"{after}", "refused"], found.Order(StringComparer.Ordinal));

            string? Check(NvmDevice survivor)
            {
                using var survived = survivor.Map(survivor.Children.Single());
                try
                {
                    using var disk = VirtualDisks.Mount(survived);
                    found.Add($"{disk.DiskId}");
                    return disk.SizeBytes == (disk.DiskId == after ? 700 : 100) * 4096 ? null : $"a disk of {disk.SizeBytes} bytes";
                }
                catch (NvmException refused)
                    when (refused.Structure == "VDMT" || refused.Structure.StartsWith("wear", StringComparison.Ordinal))
                {
                    found.Add("refused"); // the old super block, with some of the new disk behind it
                    return null;
                }
            }
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    [Fact]
    public void A_first_format_cut_short_leaves_a_disk_or_an_area_that_can_be_formatted()
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        using (var device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = 1 << 20, DeviceId = Guid.Empty, PowerFailures = model }, ledger))
        using (var area = device.Map(device.CreateChild("disk", VirtualDisks.RequiredBytes(GuestBlocks * 4096))))
        {
            HashSet<bool> found = [];
            using var explorer = new PowerFailureExplorer(model, seed: 1, statesPerFence: 96) { Check = Check };
            VirtualDisks.Format(area, GuestBlocks * 4096, Guid.Empty);
            explorer.Explore();
            Assert.Empty(explorer.Violations);
            Assert.Equal([false, true], found.Order());

            string? Check(NvmDevice survivor)
            {
                using var survived = survivor.Map(survivor.Children.Single());
                var disk = VirtualDisk.Find(survived);
                found.Add(disk is not null);
                if (disk is null)
                {
                    VirtualDisks.Format(survived, GuestBlocks * 4096, Guid.Empty);
                }

                VirtualDisks.Mount(survived).Dispose();
                return null;
            }
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }
}
