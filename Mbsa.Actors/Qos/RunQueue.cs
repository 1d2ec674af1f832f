using Mbsa.Actors.Cores;
using Mbsa.Nvm.Timing;

namespace Mbsa.Actors.Qos;

/// <summary>The data plane of a policy: who is next. Called once per quantum, under the cores' own short lock; never per I/O. Not thread-safe.</summary>
public abstract class RunQueue
{
    /// <summary>Takes in a schedulable that is ready to run.</summary>
    public abstract void Enqueue(Schedulable schedulable);

    /// <summary>Hands out the next one; null when nobody is ready. Those that were retired meanwhile are passed over.</summary>
    public abstract Schedulable? Dequeue();

    /// <summary>Takes note of what a quantum used, before the schedulable is enqueued again.</summary>
    public abstract void Charge(SchedulableId id, in QuantumUse use);

    /// <summary>Takes over the plan's rates.</summary>
    public abstract void Apply(Plan plan);
}

/// <summary>What one quantum used.</summary>
/// <param name="HeldNs">How long the core was held, in nanoseconds.</param>
/// <param name="Work">What it asked of the host, by nominal costs.</param>
/// <param name="Operations">I/Os completed.</param>
public readonly record struct QuantumUse(long HeldNs, WorkVector Work, long Operations);
