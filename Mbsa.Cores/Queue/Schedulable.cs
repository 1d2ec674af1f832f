using Mbsa.Cores.Timing;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Queue;

/// <summary>
/// Something that competes for the cores of a host: a VCPU or an I/O thread. Its state belongs to the cores it is attached to.
/// </summary>
/// <param name="id">Which one.</param>
/// <param name="worker">What it runs; owned by the cores from the moment it is attached.</param>
public sealed class Schedulable(SchedulableId id, IQuantumWorker worker)
{
    /// <summary>Which one.</summary>
    public SchedulableId Id { get; } = id;

    /// <summary>What it runs.</summary>
    public IQuantumWorker Worker { get; } = worker;

    /// <summary>A core runs it at this moment.</summary>
    internal bool IsRunning { get; set; }

    /// <summary>It left: nobody may grant it a core again.</summary>
    internal bool IsRetired { get; set; }

    /// <summary>It waits for its doorbell.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>The time it waits for; <see cref="long.MaxValue"/> for none.</summary>
    internal long WakeAtNs { get; set; } = long.MaxValue;

    /// <summary>A quantum of its that was cut off and is to go on; nothing is left of it when there is none.</summary>
    internal CutWork Cut { get; } = new();

    /// <summary>When the quantum began that it is in, in nanoseconds; kept under the wall clock.</summary>
    internal long GrantedAtNs { get; set; }

    /// <summary>Core time of that quantum, in nanoseconds.</summary>
    internal long GrantedNs { get; set; }

    /// <summary>How it stands with the run queue, which keeps this.</summary>
    internal RunState RunState { get; set; }

    /// <summary>What the quantum it was granted is expected to use; a note of the run queue.</summary>
    internal QuantumEstimate Estimate { get; set; }

    /// <summary>What its quanta are like; a note of the run queue.</summary>
    internal QuantumHabit Habit { get; set; }

    /// <summary>What was booked of the quantum it is in, as far as it had come; a note of the run queue.</summary>
    internal ResourceUse Booked { get; set; }
}

/// <summary>
/// Names a schedulable: the VM's place in the scenario, and the VCPU's in the VM, where I/O threads are numbered behind the VCPUs.
/// Its order is the order of ties.
/// </summary>
public readonly record struct SchedulableId(int Vm, int Vcpu) : IComparable<SchedulableId>
{
    /// <inheritdoc/>
    public int CompareTo(SchedulableId other) => Vm != other.Vm ? Vm.CompareTo(other.Vm) : Vcpu.CompareTo(other.Vcpu);

    /// <summary>Order of two.</summary>
    public static bool operator <(SchedulableId left, SchedulableId right) => left.CompareTo(right) < 0;

    /// <summary>Order of two.</summary>
    public static bool operator >(SchedulableId left, SchedulableId right) => left.CompareTo(right) > 0;

    /// <summary>Order of two.</summary>
    public static bool operator <=(SchedulableId left, SchedulableId right) => left.CompareTo(right) <= 0;

    /// <summary>Order of two.</summary>
    public static bool operator >=(SchedulableId left, SchedulableId right) => left.CompareTo(right) >= 0;
}
