using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>The places of one VM in the <see cref="DeadlineOrder"/>s of a queue: one at each gate at which VCPUs of it wait.</summary>
internal sealed class Places
{
    private readonly bool[] _isTaken = new bool[Gates.Count];
    private readonly double[] _tags = new double[Gates.Count];
    private readonly double[] _firstTags = new double[Gates.Count];
    private readonly int[] _stamps = new int[Gates.Count];
    private int _count;

    /// <summary>It stands nowhere.</summary>
    public Places() => Array.Fill(_firstTags, double.PositiveInfinity);

    /// <summary>It stands in an order.</summary>
    public bool Any => _count > 0;

    /// <summary>Whether it stands in the order of a gate.</summary>
    public bool Has(Gate gate) => _isTaken[(int)gate];

    /// <summary>The stamp of its last place in the order of a gate.</summary>
    public int StampIn(Gate gate) => _stamps[(int)gate];

    /// <summary>
    /// The start tag by which the VM is due at a gate: the least since it was served there last. What others of its VCPUs have had
    /// meanwhile does not put off those that wait there.
    /// </summary>
    public double FirstTagIn(Gate gate, double startTag) => Math.Min(_firstTags[(int)gate], startTag);

    /// <summary>It takes its place in the order of a gate, and gives up the one it may have there.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="startTag">The VM's start tag, by which it is ordered.</param>
    /// <returns>The stamp of the place.</returns>
    public int Take(Gate gate, double startTag)
    {
        _firstTags[(int)gate] = FirstTagIn(gate, startTag);
        _count += _isTaken[(int)gate] ? 0 : 1;
        (_isTaken[(int)gate], _tags[(int)gate]) = (true, startTag);
        return ++_stamps[(int)gate];
    }

    /// <summary>A VCPU that waited at a gate is served, or none waits there any more.</summary>
    public void OnServed(Gate gate) => _firstTags[(int)gate] = double.PositiveInfinity;

    /// <summary>It was taken out of the order of a gate.</summary>
    public void Leave(Gate gate)
    {
        _isTaken[(int)gate] = false;
        _count--;
    }

    /// <summary>Whether a start tag is behind the one by which the VM is ordered at a gate: what it had since moved it back.</summary>
    public bool IsBehind(Gate gate, double startTag) => startTag > _tags[(int)gate];

    /// <summary>
    /// Whether a start tag is before the one by which the VM is ordered at a gate, by more than so much: something was given back to it.
    /// </summary>
    public bool IsBefore(Gate gate, double startTag, double byNs) => Has(gate) && startTag < _tags[(int)gate] - byNs;
}
