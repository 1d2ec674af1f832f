namespace Mbsa.Vm.Paths;

/// <summary>
/// What the parts cost that protections are made of, on one machine, in core time. Which parts a protection needs, and how often, is not a
/// matter of the machine: <see cref="ProtectionTimes"/>.
/// </summary>
public sealed record ProtectionCosts
{
    /// <summary>Changing a bit of CR0, in nanoseconds: the instruction serialises.</summary>
    public required double SwitchNs { get; init; }

    /// <summary>Leaving a guest and coming back, with what the hypervisor does meanwhile, in nanoseconds.</summary>
    public required double ExitNs { get; init; }

    /// <summary>Saving and restoring the vector registers so that a kernel may use movntdq, in nanoseconds a write.</summary>
    public required double VectorSaveNs { get; init; }

    /// <summary>What a byte takes longer with movnti than with movntdq, in nanoseconds.</summary>
    public required double WordNsPerByte { get; init; }

    /// <summary>Changing the protection of a stretch of pages in the page table, in nanoseconds.</summary>
    public required double PageChangeNs { get; init; }

    /// <summary>Making one other core forget a translation, in nanoseconds: the wait for it, and the time it loses itself.</summary>
    public required double ShootDownNs { get; init; }

    /// <summary>Mapping one page for this core alone, in nanoseconds.</summary>
    public required double MapNs { get; init; }

    /// <summary>Unmapping it and forgetting its translation, in nanoseconds.</summary>
    public required double UnmapNs { get; init; }
}
