using System.Runtime.CompilerServices;

namespace Mbsa.Vm.Paths;

/// <summary>
/// Sums of the time that requests spent between two stubs. Stage n is the way from stub n to n + 1, counted from 1 as in the paper.
/// </summary>
public sealed class StageTimes
{
    /// <summary>Ways between the twelve stubs.</summary>
    public const int Stages = 11;

    private readonly long[] _sumNs = new long[Stages];

    /// <summary>Requests that went the whole way.</summary>
    public long Requests { get; private set; }

    /// <summary>Nanoseconds that all requests together spent in each stage.</summary>
    public ReadOnlySpan<long> SumNs => _sumNs;

    /// <summary>
    /// Adds a request. A stub that others had passed for it, because its kick or interrupt was suppressed,
    /// counts as passed no later than the next.
    /// </summary>
    public void Add(in StubTimes at)
    {
        var next = at[(int)Stub.Answered];
        for (var stage = Stages - 1; stage >= 0; stage--)
        {
            var passed = Math.Min(at[stage], next);
            _sumNs[stage] += next - passed;
            next = passed;
        }

        Requests++;
    }

    /// <summary>Adds the requests of another.</summary>
    public void Add(StageTimes other) => Combine(other, 1);

    /// <summary>Sets these back by another's: what happened since that one was taken.</summary>
    public void Subtract(StageTimes earlier) => Combine(earlier, -1);

    private void Combine(StageTimes other, int sign)
    {
        Requests += sign * other.Requests;
        for (var stage = 0; stage < Stages; stage++)
        {
            _sumNs[stage] += sign * other._sumNs[stage];
        }
    }
}

/// <summary>When one request passed each <see cref="Stub"/>, in nanoseconds of the scenario's clock.</summary>
[InlineArray(StageTimes.Stages + 1)]
public struct StubTimes
{
    private long _first;
}
