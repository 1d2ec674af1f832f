using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

/// <summary>A disk with a wear policy on an area of its own.</summary>
internal sealed class WearDisk : IDisposable
{
    public readonly TestArea Test;

    public WearDisk(string policy, string parameters, long guestBlocks, MountOptions? options = null)
    {
        var size = guestBlocks * BlockStorage.BlockBytes;
        Test = new TestArea(VirtualDisks.RequiredBytes(size, policy, parameters));
        VirtualDisks.Format(Test.Area, size, Guid.Parse("12345678-9abc-def0-1234-56789abcdef0"), policy, parameters);
        Disk = VirtualDisks.Mount(Test.Area, options);
    }

    public VirtualDisk Disk { get; private set; }

    /// <summary>Policies and parameters that the contract holds for: as usual, and such that they move as often as they can.</summary>
    public static TheoryData<string, string> Policies { get; } = new()
    {
        { "none", "" },
        { "threshold", "" },
        { "threshold", "threshold=1 unit=1" },
        { "start-gap", "" },
        { "start-gap", "psi=8" },
        { "due-time", "" },
        { "due-time", "q=16 t=1" },
        { "due-time", "atomic" },
        { "due-time", "q=16 t=1 atomic" },
    };

    /// <summary>Ends the disk and mounts it anew.</summary>
    public void Remount()
    {
        Disk.Dispose();
        Disk = VirtualDisks.Mount(Test.Area);
    }

    /// <summary>What is on the area now, on an area of its own: what a power failure leaves when all stores have arrived.</summary>
    public TestArea Snapshot()
    {
        var copy = new TestArea(Test.Area.LengthBytes);
        using var from = Test.Area.Lease();
        using var to = copy.Area.Lease();
        to.Write(0, from.View(0, (int)from.LengthBytes));
        return copy;
    }

    public void Dispose()
    {
        Disk.Dispose();
        Test.Dispose();
    }
}
