namespace Mbsa.Bench.Searching;

/// <summary>What a VM asks for and was promised, as the search sees it.</summary>
/// <param name="Relative">Its use of cores, bus and NVM for one unit of what it uses most, 0 to 1.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Floor">Its floor as a dominant share.</param>
/// <param name="Cap">The most it can use or may have, as a dominant share.</param>
internal sealed record Claim(double[] Relative, double Weight, double Floor, double Cap)
{
    /// <summary>The most it can use, whatever it may have, as a dominant share.</summary>
    public double Reach { get; init; } = Cap;
}

/// <summary>
/// The weighted max-min optimum of docs/QOS.md, found by halving an interval on theta and freezing who uses what became full: no sweep of
/// events, nothing of the planner's.
/// </summary>
internal static class Optimum
{
    private const int Resources = 3;
    private const double Slack = 1e-9;

    /// <summary>Who uses less of a full resource than this is not held up by it.</summary>
    private const double LeastUse = 1e-6;

    /// <summary>The dominant share of each.</summary>
    /// <param name="claims">What they ask for.</param>
    /// <param name="capacity">Of cores, bus and NVM; 1 each if not given.</param>
    public static double[] Shares(IReadOnlyList<Claim> claims, double[]? capacity = null)
    {
        capacity ??= [1, 1, 1];
        var frozen = new double?[claims.Count];
        while (frozen.Any(f => f is null))
        {
            double Share(int i, double theta) => frozen[i] ?? Math.Min(claims[i].Cap, Math.Max(claims[i].Floor, theta * claims[i].Weight));
            double UseAt(int resource, double theta) => claims.Select((c, i) => Share(i, theta) * c.Relative[resource]).Sum();

            var (low, high) = (0d, 1e9);
            for (var step = 0; step < 200; step++)
            {
                var middle = (low + high) / 2;
                (low, high) = Enumerable.Range(0, Resources).All(r => UseAt(r, middle) <= capacity[r] * (1 + 1e-13))
                    ? (middle, high)
                    : (low, middle);
            }

            var full = Enumerable.Range(0, Resources).Where(r => UseAt(r, low) >= capacity[r] * (1 - Slack)).ToList();
            var open = Enumerable.Range(0, claims.Count).Where(i => frozen[i] is null).ToList();
            var closed = open.Where(i => full.Any(r => claims[i].Relative[r] > LeastUse)).ToList();
            foreach (var i in closed.Count > 0 ? closed : open)
            {
                frozen[i] = Share(i, low);
            }
        }

        return [.. frozen.Select(f => f!.Value)];
    }

    /// <summary>How much of a resource VMs use that have these shares.</summary>
    public static double Use(IReadOnlyList<Claim> claims, IReadOnlyList<double> shares, int resource) =>
        claims.Select((claim, i) => shares[i] * claim.Relative[resource]).Sum();

    /// <summary>The resources, 0 to 2, that shares fill.</summary>
    public static IReadOnlyList<int> Full(IReadOnlyList<Claim> claims, IReadOnlyList<double> shares) =>
        [.. Enumerable.Range(0, Resources).Where(r => Use(claims, shares, r) > 0.999)];
}
