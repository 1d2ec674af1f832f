using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Measuring;

/// <summary>What is measured of everybody alike: 4 KiB, a pattern, so many jobs on one disk.</summary>
internal sealed record IoPoint(IoPattern Pattern, int Jobs, long DiskBytes)
{
    /// <summary>Bytes of one I/O.</summary>
    public const int BlockBytes = 4096;

    /// <summary>Whether it writes; it reads otherwise.</summary>
    public bool IsWrite => Pattern is IoPattern.Write or IoPattern.RandWrite;

    /// <summary>Whether its blocks are drawn; they follow one another otherwise.</summary>
    public bool IsRandom => Pattern is IoPattern.RandRead or IoPattern.RandWrite;
}
