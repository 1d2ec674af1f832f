using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>Virtual disks whose wear policy is one of this program's, by its name.</summary>
public static class VirtualDisks
{
    /// <summary>Size that a child device must have for a disk of this size.</summary>
    /// <param name="guestBytes">Bytes the guest wants; rounded up to a multiple of 4096.</param>
    /// <param name="wearPolicyName">The wear policy.</param>
    /// <param name="wearParameters">Its parameters, such as "q=128 t=64"; what is not given is as usual.</param>
    /// <exception cref="InputException">There is no such policy.</exception>
    public static long RequiredBytes(long guestBytes, string wearPolicyName = "none", string wearParameters = "") =>
        DiskGeometry.Plan(guestBytes, WearPolicies.Create(wearPolicyName, wearParameters)).TotalBytes;

    /// <summary>
    /// Makes an empty disk in an area. The data area is not touched: a block never written holds what it held.
    /// The counts of wear begin anew.
    /// </summary>
    /// <param name="area">The area; at least <see cref="RequiredBytes"/> long.</param>
    /// <param name="sizeBytes">Bytes the guest wants; rounded up to a multiple of 4096.</param>
    /// <param name="diskId">The disk's UUID.</param>
    /// <param name="wearPolicyName">The wear policy.</param>
    /// <param name="wearParameters">Its parameters, such as "q=128 t=64"; what is not given is as usual.</param>
    /// <exception cref="InputException">There is no such policy.</exception>
    /// <exception cref="NvmException">The area is too small.</exception>
    public static void Format(NvmArea area, long sizeBytes, Guid diskId, string wearPolicyName = "none", string wearParameters = "") =>
        VirtualDisk.Format(area, sizeBytes, diskId, WearPolicies.Create(wearPolicyName, wearParameters));

    /// <summary>Mounts the disk that an area holds.</summary>
    /// <param name="area">The area.</param>
    /// <param name="options">How; null for the ordinary way.</param>
    /// <exception cref="NvmException">There is none, or a structure is damaged; the message names it.</exception>
    /// <exception cref="InputException">Its wear policy is none of this program's.</exception>
    public static VirtualDisk Mount(NvmArea area, MountOptions? options = null) => VirtualDisk.Mount(area, WearPolicies.Create, options);
}
