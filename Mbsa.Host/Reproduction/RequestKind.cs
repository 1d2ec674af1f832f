using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>One of the paper's four kinds of request, each of 4 KiB.</summary>
/// <param name="Name">As the paper's figures call it.</param>
/// <param name="Pattern">As fio does.</param>
internal sealed record RequestKind(string Name, IoPattern Pattern)
{
    /// <summary>
    /// Sequential and random reads and writes, in the order of the paper's figures, which is that of <see cref="PaperNumbers"/> too.
    /// </summary>
    public static IReadOnlyList<RequestKind> All { get; } =
        [new("SR", IoPattern.Read), new("SW", IoPattern.Write), new("RR", IoPattern.RandRead), new("RW", IoPattern.RandWrite)];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(kind => kind.Name)];

    /// <summary>Whether it writes.</summary>
    public bool IsWrite => Pattern is IoPattern.Write or IoPattern.RandWrite;
}
