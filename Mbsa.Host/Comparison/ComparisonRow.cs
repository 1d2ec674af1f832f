using Mbsa.Host.Figures;

namespace Mbsa.Host.Comparison;

/// <summary>One figure of all contenders.</summary>
/// <param name="Vm">Of which VM, or VMs that are alike; "host" for all together.</param>
/// <param name="What">The figure.</param>
/// <param name="Better">Which contender is better off.</param>
/// <param name="Values">Its value for each contender; null where there is none.</param>
/// <param name="Format">A value for people.</param>
internal sealed record ComparisonRow(string Vm, string What, Better Better, IReadOnlyList<double?> Values, Func<double, string> Format)
{
    /// <summary>Values closer together than this are equally good.</summary>
    private const double Tie = 0.005;

    /// <summary>The places of the best contenders; empty when nobody is better than the others.</summary>
    public IReadOnlyList<int> Winners
    {
        get
        {
            var known = Values.OfType<double>().ToList();
            if (Better == Better.Neither || known.Count < 2)
            {
                return [];
            }

            var best = Better == Better.More ? known.Max() : known.Min();
            int[] winners =
            [
                .. Enumerable.Range(0, Values.Count)
                    .Where(i => Values[i] is { } value && Math.Abs(value - best) <= Tie * Math.Abs(best)),
            ];
            return winners.Length == known.Count ? [] : winners;
        }
    }
}
