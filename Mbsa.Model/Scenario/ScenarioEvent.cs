using System.Text.Json.Serialization;

namespace Mbsa.Model.Scenario;

/// <summary>Something that happens to a VM during the run.</summary>
/// <param name="AtNs">Nanoseconds after the measured part began.</param>
/// <param name="Vm">Name of the VM.</param>
/// <param name="Change">What happens.</param>
public sealed record ScenarioEvent(long AtNs, string Vm, VmChange Change);

/// <summary>
/// The power of the host fails, with all that is only in DRAM, and comes back. It strikes between two I/Os. At one moment the power
/// comes back first, then VMs have their events, then the power fails.
/// </summary>
/// <param name="AtNs">Nanoseconds after the measured part began.</param>
/// <param name="OutageNs">How long the power is away, in nanoseconds; 0 when it is back at once.</param>
public sealed record PowerFailure(long AtNs, long OutageNs);

/// <summary>What can happen to a VM.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(SetQos), "qos")]
[JsonDerivedType(typeof(Resize), "resize")]
[JsonDerivedType(typeof(Migrate), "migrate")]
[JsonDerivedType(typeof(FailVcpu), "fail-vcpu")]
public abstract record VmChange
{
    private VmChange() { }

    /// <summary>It starts.</summary>
    public sealed record Start : VmChange;

    /// <summary>It stops for good; its memory is freed, but for a child device that a file keeps.</summary>
    public sealed record Stop : VmChange;

    /// <summary>Its promises change while it runs.</summary>
    public sealed record SetQos(QosSpec Qos) : VmChange;

    /// <summary>Its child device grows or shrinks while it runs; the virtual disk on it keeps its size.</summary>
    /// <param name="ChildBytes">Bytes of the child device from then on.</param>
    public sealed record Resize(long ChildBytes) : VmChange;

    /// <summary>It moves to another host while it runs.</summary>
    /// <param name="To">Name of the host; null for wherever placement puts it.</param>
    public sealed record Migrate(string? To) : VmChange;

    /// <summary>The worker of one of its VCPUs throws, as a bug in a guest would.</summary>
    /// <param name="Vcpu">Index of the VCPU, from 0.</param>
    public sealed record FailVcpu(int Vcpu) : VmChange;
}
