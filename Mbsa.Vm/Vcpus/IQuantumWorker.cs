using Mbsa.Nvm.Timing;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Whatever can be granted a core for a quantum. Who grants calls <see cref="Execute"/>, learns when the work ended (from the timeline or
/// from a real clock), and then calls <see cref="Complete"/>; never two threads at once.
/// </summary>
/// <remarks>
/// States: ready -> Execute -> executing -> Complete -> ready, continuing, sleeping until a time, blocked until somebody rings,
/// or finished. What others may see of a quantum it shows in Complete, when it has happened; one that shows something in the middle ends
/// there and continues. A worker that throws in either call is never called again, only disposed.
/// </remarks>
public interface IQuantumWorker : IDisposable
{
    /// <summary>What wakes it when it is blocked; null for a worker that never is.</summary>
    Doorbell? Doorbell => null;

    /// <summary>
    /// From when it is ready to run when it comes to the cores, on the scenario's clock: one that went to sleep elsewhere sleeps on.
    /// </summary>
    long ReadyFromNs => long.MinValue;

    /// <summary>
    /// Does what fits into a quantum. The last operation may overrun it, but only one that is not longer than the quantum itself:
    /// of a longer one a piece is done, up to the quantum's end, and the rest in quanta to come.
    /// </summary>
    /// <param name="startNs">The scenario's clock now.</param>
    /// <param name="budgetNs">
    /// What is granted, in nanoseconds: how long the work may take alone on the host, which is as long as the slowest of core, bus and NVM.
    /// It holds the core for longer when others are at bus and NVM.
    /// </param>
    /// <returns>What the work asks of the host; by nominal costs, never by measured time.</returns>
    WorkVector Execute(long startNs, long budgetNs);

    /// <summary>Learns when the work ended, counts it, and says what comes next.</summary>
    /// <param name="endNs">When it ended, on the scenario's clock.</param>
    /// <param name="passage">How it went along until then. Real cores do not tell: evenly.</param>
    QuantumOutcome Complete(long endNs, Passage passage);
}

/// <summary>Short ways.</summary>
public static class QuantumWorkers
{
    /// <summary>The work ended, and had gone along evenly.</summary>
    public static QuantumOutcome Complete(this IQuantumWorker worker, long endNs)
    {
        ArgumentNullException.ThrowIfNull(worker);
        return worker.Complete(endNs, Passage.Even);
    }
}

/// <summary>What a worker wants after a quantum.</summary>
/// <param name="Next">Run again, wait, or never again.</param>
/// <param name="WakeAtNs">When a sleeper wants to run again, and a blocked worker at the latest, on the scenario's clock;
/// <see cref="long.MaxValue"/> for never.</param>
/// <param name="Operations">I/Os completed in the quantum.</param>
public readonly record struct QuantumOutcome(AfterQuantum Next, long WakeAtNs, long Operations);

/// <summary>What a worker wants after a quantum.</summary>
public enum AfterQuantum
{
    /// <summary>To run again as soon as it may.</summary>
    Ready,

    /// <summary>
    /// To go on at once: its quantum is not used up, it only showed what it did. It keeps its core as long as the quantum lasts.
    /// </summary>
    Continuing,

    /// <summary>To sleep until a time: think time, a rate limit, a start delay.</summary>
    Sleeping,

    /// <summary>Nothing until its <see cref="IQuantumWorker.Doorbell"/> rings, or until a time.</summary>
    Blocked,

    /// <summary>Nothing: all its jobs came to their end.</summary>
    Finished,
}
