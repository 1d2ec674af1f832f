using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Playing;

/// <summary>
/// The cores of one emulated host: they run whatever the run queue hands them, a quantum at a time.
/// <see cref="VirtualCores"/> plays them on a timeline, <see cref="WallCores"/> on threads.
/// </summary>
public interface ICores
{
    /// <summary>The scenario's clock, in nanoseconds. Any thread may read it.</summary>
    long NowNs { get; }

    /// <summary>What was used so far, also by quanta that are under way. Read it while time stands still.</summary>
    CoreUse Use { get; }

    /// <summary>
    /// Core time that went into deciding who runs next, in nanoseconds; 0 where deciding takes no time. Any thread may read it.
    /// </summary>
    long OverheadNs { get; }

    /// <summary>Hash over every quantum in order; null where order is a matter of chance.</summary>
    ulong? TraceHash { get; }

    /// <summary>Takes over a schedulable and its worker, ready to run.</summary>
    void Attach(Schedulable schedulable);

    /// <summary>Lets a schedulable go: its worker is disposed as soon as no core runs it. Harmless when it left already.</summary>
    /// <returns>False when a core still runs it; a <see cref="Departure"/> tells when it is gone.</returns>
    bool Detach(Schedulable schedulable);

    /// <summary>
    /// Brings the quanta that a VM's schedulables are in to their end, while time stands still;
    /// they run nothing more and wait to be detached.
    /// </summary>
    /// <param name="vm">The VM.</param>
    /// <param name="departures">Receives who failed at it.</param>
    /// <returns>When the last of these quanta would have ended; now when none was under way.</returns>
    long EndQuanta(int vm, List<Departure> departures);
}

/// <summary>What the cores of a host used.</summary>
/// <param name="BusyNs">Core time held, in nanoseconds, summed over cores.</param>
/// <param name="BusBytes">Bytes over the memory bus.</param>
/// <param name="NvmNs">Time the NVM was busy, in nanoseconds.</param>
public readonly record struct CoreUse(long BusyNs, double BusBytes, double NvmNs)
{
    /// <summary>What was used between two moments.</summary>
    public static CoreUse operator -(CoreUse a, CoreUse b) => new(a.BusyNs - b.BusyNs, a.BusBytes - b.BusBytes, a.NvmNs - b.NvmNs);
}

/// <summary>What happened to a schedulable that its owner must know.</summary>
/// <param name="Schedulable">Which one; it is detached already.</param>
/// <param name="Failure">What its worker threw; null when all its jobs came to their end or it was let go.</param>
public readonly record struct Departure(Schedulable Schedulable, Exception? Failure);
