using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Nvm.Tests.Devices;

namespace Mbsa.Nvm.Tests.Checking;

/// <summary>The power fails while a device is repaired, at every fence: what is left mounts, and what it calls free is zero.</summary>
public sealed class RepairPowerFailureTests
{
    private const int Block = DeviceGeometry.BlockBytes;

    [Fact]
    public void While_the_GMB_is_brought_up_to_date_one_copy_is_whole()
    {
        using var test = new TestDevice(1 << 20, inFile: true, maxChildDevices: 16);
        var before = test.ReadFile();
        test.Device.CreateChild("new", Block);
        var image = test.ReadFile();
        before.AsSpan(0, 2 * Block).CopyTo(image); // the NAT is one change ahead

        Explore(image, found => found.Children.Count == 1 ? null : $"{found.Children.Count} child devices");
    }

    [Fact]
    public void No_block_is_free_before_it_is_wiped_though_others_have_their_bits_in_the_same_byte()
    {
        using var test = new TestDevice(1 << 20, inFile: true, maxChildDevices: 16);
        var image = test.ReadFile();
        var leaked = new[] { 129, 131, 134 };
        foreach (var block in leaked)
        {
            image[(int)test.Device.Geometry.BitmapFirstBlock * Block + block / 8] |= (byte)(1 << (block % 8));
            image.AsSpan(block * Block, Block).Fill(0xFF);
        }

        Explore(image, found =>
        {
            using var area = found.Map(found.CreateChild("all", found.FreeBytes - 8 * Block));
            using var lease = area.Lease();
            return lease.View(0, (int)lease.LengthBytes).ContainsAnyExcept((byte)0) ? "a block that was free is not zero" : null;
        });
    }

    private static void Explore(byte[] image, Func<NvmDevice, string?> check)
    {
        var ledger = new MemoryLedger();
        var model = new PowerFailureModel();
        var memory = DeviceMemory.Create(image.Length, null, ledger);
        using (var lease = DeviceMetadata.LeaseWhole(memory, ledger, model, out _))
        {
            lease.Write(0, image);
            using var explorer = new PowerFailureExplorer(model, seed: 1, statesPerFence: 256) { Check = check };
            Assert.NotEqual(0, DeviceInspection.Repair(lease, new DeviceCheck(lease)));
            explorer.Explore();
            Assert.Empty(explorer.Violations);
            Assert.Equal(0, new DeviceCheck(lease).Findings.Count);
        }

        memory.Leave();
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }
}
