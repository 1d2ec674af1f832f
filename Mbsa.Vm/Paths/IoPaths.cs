namespace Mbsa.Vm.Paths;

/// <summary>What is known of a path whatever the machine.</summary>
public static class IoPaths
{
    /// <summary>Whether I/O goes through a front end, a virtqueue and a back end.</summary>
    public static bool IsConventional(this IoPath path) => path is IoPath.VhostBio or IoPath.VirtioMq;

    /// <summary>Whether the guest's disk is a virtual disk with map and wear; else it is the raw device.</summary>
    public static bool HasVirtualDisk(this IoPath path) => path != IoPath.Host;
}
