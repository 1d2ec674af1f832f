namespace Mbsa.Vm.Workload;

/// <summary>A length or place on a disk: bytes, or a percentage of the disk as fio allows.</summary>
/// <param name="Bytes">Bytes, when <paramref name="Percent"/> is 0.</param>
/// <param name="Percent">Percentage of the disk, 1 to 100; 0 when <paramref name="Bytes"/> counts.</param>
public readonly record struct Extent(long Bytes, int Percent = 0)
{
    /// <summary>The extent in bytes on a disk of this size, rounded down to whole 4 KiB blocks when it is a percentage.</summary>
    public long Resolve(long diskBytes) => Percent == 0 ? Bytes : (long)((Int128)diskBytes * Percent / 100) / 4096 * 4096;
}
