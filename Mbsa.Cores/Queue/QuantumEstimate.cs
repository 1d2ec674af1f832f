using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>
/// What a quantum is expected to use, charged when it is granted and corrected when it ended. Each queue notes what it needs.
/// </summary>
internal readonly record struct QuantumEstimate
{
    /// <summary>What it is expected to use of the host.</summary>
    public ResourceUse Use { get; init; }

    /// <summary>What was charged, in the queue's own unit.</summary>
    public double Cost { get; init; }

    /// <summary>What was charged against the VM's limit, in the unit of the limit.</summary>
    public double LimitUnits { get; init; }

    /// <summary>Part of the bus it takes while it runs at full speed, 0 to 1.</summary>
    public double BusFraction { get; init; }

    /// <summary>Part of the NVM, likewise.</summary>
    public double NvmFraction { get; init; }

    /// <summary>It was granted to keep a reservation.</summary>
    public bool IsReserved { get; init; }

    /// <summary>It goes on with a quantum that was cut off: what is left says little of a whole one.</summary>
    public bool IsRest { get; init; }
}
