using System.Collections.Immutable;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>How large an NVM device has to be for the disks on it.</summary>
internal static class NvmNeeds
{
    private const long GiB = 1L << 30;

    /// <summary>
    /// Bytes of a device that holds all the disks: 1 % for page tables, bitmap and table of children, and a megabyte for small ones.
    /// </summary>
    public static long DeviceBytes(ImmutableArray<VmSpec> vms)
    {
        var children = Children(vms);
        return (long)Int128.Min(children + (children / 100) + (1 << 20), long.MaxValue / 2);
    }

    /// <summary>The size a device gets when the scenario does not say.</summary>
    public static long RoundUpToGiB(long bytes) => Math.Max(1, (bytes + GiB - 1) / GiB) * GiB;

    /// <summary>What the disks need, in words.</summary>
    public static string Describe(ImmutableArray<VmSpec> vms)
    {
        var disks = vms.Where(v => v.Storage is not null).ToArray();
        var data = disks.Aggregate((Int128)0, (sum, v) => sum + v.Storage!.SizeBytes);
        var needed = QuantityText.Format(DeviceBytes(vms), Dimension.Size);
        var what = disks.Length == 1 ? "one disk" : $"{disks.Length} disks";
        return $"{what} of {QuantityText.Format((double)data, Dimension.Size)} in all and their metadata need {needed}; "
            + "leave 'size' out to get enough";
    }

    private static Int128 Children(ImmutableArray<VmSpec> vms) =>
        vms.Aggregate((Int128)0, (sum, v) => sum + (v.Storage?.ChildBytes ?? 0));
}
