using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Tests.PowerFailure;

public sealed class DiskPowerFailureTests
{
    private const int GuestBlocks = 12;

    [Fact]
    public void No_power_failure_loses_an_acknowledged_write()
    {
        using var history = History(seed: 1, statesPerFence: 64);
        history.Live(24);
        Assert.Empty(history.Explorer.Violations);
        Assert.True(history.Explorer.States > 400, $"only {history.Explorer.States} states");
    }

    [Fact]
    public void A_forgotten_fence_after_a_write_is_noticed()
    {
        using var sound = History(seed: 1, statesPerFence: 32);
        sound.Live(8);
        var noticed = 0;
        for (var dropped = sound.FirstFence; dropped < sound.Fences; dropped++)
        {
            using var mutant = History(seed: 1, statesPerFence: 32, fence => fence == dropped ? FenceFate.Dropped : FenceFate.Holds);
            mutant.Live(8);
            noticed += mutant.Explorer.ViolationCount > 0 ? 1 : 0;
        }

        // Eight writes; the fences around them keep two copies of the super block alike.
        Assert.InRange(noticed, 8, (int)(sound.Fences - sound.FirstFence));
    }

    [Fact]
    public void A_format_cut_short_leaves_a_disk_or_none_but_no_other_one()
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        var (before, after) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        using (var device = NvmDevice.Create(new NvmDeviceOptions { SizeBytes = 4 << 20, DeviceId = Guid.Empty, PowerFailures = model }, ledger))
        using (var area = device.Map(device.CreateChild("disk", VirtualDisk.RequiredBytes(700 * 4096))))
        {
            VirtualDisk.Format(area, 100 * 4096, before);
            HashSet<string> found = [];
            using var explorer = new PowerFailureExplorer(model, seed: 1, statesPerFence: 96) { Check = Check };
            VirtualDisk.Format(area, 700 * 4096, after);
            explorer.Explore();
            Assert.Empty(explorer.Violations);
            Assert.Equal([$"{before}", $"{after}", "VDMT"], found.Order(StringComparer.Ordinal));

            string? Check(NvmDevice survivor)
            {
                using var survived = survivor.Map(survivor.Children.Single());
                try
                {
                    using var disk = VirtualDisk.Mount(survived);
                    found.Add($"{disk.DiskId}");
                    return disk.SizeBytes == (disk.DiskId == after ? 700 : 100) * 4096 ? null : $"a disk of {disk.SizeBytes} bytes";
                }
                catch (NvmException refused) when (refused.Structure == "VDMT")
                {
                    found.Add("VDMT"); // the old super block, with some of the new table behind it
                    return null;
                }
            }
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    private static DiskHistory History(int seed, int statesPerFence, Func<long, FenceFate>? fate = null) => new(
        GuestBlocks,
        VirtualDisk.RequiredBytes(GuestBlocks * 4096L),
        area => VirtualDisk.Format(area, GuestBlocks * 4096L, Guid.Empty),
        VirtualDisk.Mount,
        isAtomic: false,
        seed,
        statesPerFence,
        fate: fate);
}
