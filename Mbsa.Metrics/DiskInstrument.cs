using Mbsa.Model.Watching;

namespace Mbsa.Metrics;

/// <summary>An instrument that has a series for each disk.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Unit">Its unit in UCUM's notation.</param>
/// <param name="Description">What it is.</param>
/// <param name="Kind">What becomes of its values.</param>
/// <param name="Read">Its value for a disk, in its unit; null where there is none.</param>
public sealed record DiskInstrument(string Name, string Unit, string Description, DiskInstrumentKind Kind, Func<WearSample, double?> Read);

/// <summary>What becomes of the values of an instrument of disks.</summary>
public enum DiskInstrumentKind
{
    /// <summary>A whole number that only grows.</summary>
    Counter,

    /// <summary>A whole number.</summary>
    Level,

    /// <summary>Any number.</summary>
    Gauge,
}
