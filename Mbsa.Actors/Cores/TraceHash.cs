using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Cores;

/// <summary>A running hash over every quantum of a run, in order: two runs with the same hash did the same things at the same times.</summary>
internal struct TraceHash()
{
    /// <summary>The hash so far.</summary>
    public ulong Value { get; private set; } = 0x9E3779B97F4A7C15;

    /// <summary>Adds a quantum.</summary>
    public void Add(SchedulableId id, long startNs, long endNs, in QuantumOutcome outcome)
    {
        Mix(((ulong)(uint)id.Vm << 32) | (uint)id.Vcpu);
        Mix((ulong)startNs);
        Mix((ulong)endNs);
        Mix((ulong)outcome.Operations);
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) as a mixing step.</summary>
    private void Mix(ulong value)
    {
        var z = Value ^ value;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        Value = (z ^ (z >> 31)) + 0x9E3779B97F4A7C15;
    }
}
