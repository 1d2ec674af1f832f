using Mbsa.Model.Watching;

namespace Mbsa.Metrics;

/// <summary>An instrument that has a series for each VM, given by whoever knows the figures of VMs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit in UCUM's notation.</param>
/// <param name="Description">What it is.</param>
/// <param name="Read">Its value for a VM and its disk, in its unit; null where there is none.
/// A VM without a virtual disk has no wear.</param>
public sealed record VmInstrument(string Name, string Unit, string Description, Func<VmSample, WearSample?, double?> Read)
{
    /// <summary>It only grows.</summary>
    public bool IsCounter { get; init; }

    /// <summary>It is a whole number.</summary>
    public bool IsWhole { get; init; }
}
