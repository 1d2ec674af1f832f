namespace Mbsa.Cores.Planning;

/// <summary>The place of a VM in a queue: least tag first, of equal ones the VM that comes first in the scenario.</summary>
/// <param name="Tag">What the queue orders by.</param>
/// <param name="Vm">The VM's place in the scenario.</param>
internal readonly record struct VmOrder(double Tag, int Vm) : IComparable<VmOrder>
{
    public int CompareTo(VmOrder other) => Tag != other.Tag ? Tag.CompareTo(other.Tag) : Vm.CompareTo(other.Vm);
}
