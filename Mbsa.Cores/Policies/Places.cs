using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>The places of one VM in the <see cref="DeadlineOrder"/>s of a queue: one at each bottleneck where VCPUs of it wait.</summary>
internal sealed class Places
{
    private readonly bool[] _isTaken = new bool[Bottlenecks.Count];
    private readonly double[] _tags = new double[Bottlenecks.Count];
    private readonly double[] _firstTags = new double[Bottlenecks.Count];
    private readonly int[] _stamps = new int[Bottlenecks.Count];
    private int _count;

    /// <summary>It stands nowhere.</summary>
    public Places() => Array.Fill(_firstTags, double.PositiveInfinity);

    /// <summary>It stands in an order.</summary>
    public bool Any => _count > 0;

    /// <summary>Whether it stands in the order of a bottleneck.</summary>
    public bool Has(Bottleneck bottleneck) => _isTaken[(int)bottleneck];

    /// <summary>The stamp of its last place in the order of a bottleneck.</summary>
    public int StampIn(Bottleneck bottleneck) => _stamps[(int)bottleneck];

    /// <summary>
    /// The start tag by which the VM is due at a bottleneck: the least since it was served there last. What others of its VCPUs have had
    /// meanwhile does not put off those that wait there.
    /// </summary>
    public double FirstTagIn(Bottleneck bottleneck, double startTag) => Math.Min(_firstTags[(int)bottleneck], startTag);

    /// <summary>It takes its place in the order of a bottleneck, and gives up the one it may have there.</summary>
    /// <param name="bottleneck">The bottleneck.</param>
    /// <param name="startTag">The VM's start tag, by which it is ordered.</param>
    /// <returns>The stamp of the place.</returns>
    public int Take(Bottleneck bottleneck, double startTag)
    {
        _firstTags[(int)bottleneck] = FirstTagIn(bottleneck, startTag);
        _count += _isTaken[(int)bottleneck] ? 0 : 1;
        (_isTaken[(int)bottleneck], _tags[(int)bottleneck]) = (true, startTag);
        return ++_stamps[(int)bottleneck];
    }

    /// <summary>A VCPU that waited at a bottleneck is served, or none waits there any more.</summary>
    public void OnServed(Bottleneck bottleneck) => _firstTags[(int)bottleneck] = double.PositiveInfinity;

    /// <summary>It was taken out of the order of a bottleneck.</summary>
    public void Leave(Bottleneck bottleneck)
    {
        _isTaken[(int)bottleneck] = false;
        _count--;
    }

    /// <summary>Whether a start tag is behind the one by which the VM is ordered at a bottleneck: it has been served since.</summary>
    public bool IsBehind(Bottleneck bottleneck, double startTag) => startTag > _tags[(int)bottleneck];

    /// <summary>
    /// Whether a start tag is before the one by which the VM is ordered at a bottleneck, by more than so much: something was given back
    /// to it.
    /// </summary>
    public bool IsBefore(Bottleneck bottleneck, double startTag, double byNs) =>
        Has(bottleneck) && startTag < _tags[(int)bottleneck] - byNs;
}
