using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Playing;

/// <summary>
/// A running hash over everything a run did, in order, its quanta above all:
/// two runs with the same hash did the same things at the same times.
/// </summary>
public struct TraceHash()
{
    /// <summary>The hash so far.</summary>
    public ulong Value { get; private set; } = 0x9E3779B97F4A7C15;

    /// <summary>Adds a quantum.</summary>
    public void Add(SchedulableId id, long startNs, long endNs, in QuantumOutcome outcome)
    {
        Add(((ulong)(uint)id.Vm << 32) | (uint)id.Vcpu);
        Add((ulong)startNs);
        Add((ulong)endNs);
        Add((ulong)outcome.Operations);
    }

    /// <summary>Adds a value: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) as a mixing step.</summary>
    public void Add(ulong value)
    {
        var z = Value ^ value;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        Value = (z ^ (z >> 31)) + 0x9E3779B97F4A7C15;
    }
}
