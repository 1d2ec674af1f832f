namespace Mbsa.Bench.Searching;

/// <summary>
/// The weighted max-min optimum, with floors and ceilings, of all that a scheduler can reach: it decides who is on the cores, and no more.
/// A VCPU has a core or has none, and those who want more of a full NVM than there is stretch each other while they hold their cores.
/// So where cores and NVM are short at once not even the best schedule uses both in full, as <see cref="Optimum"/> has it.
/// Found by linear programs over <see cref="Configurations"/>.
/// </summary>
internal static class ReachableOptimum
{
    /// <summary>Configurations beyond which the optimum is not sought.</summary>
    private const int MostConfigurations = 4000;

    /// <summary>A row with a price above this holds somebody up.</summary>
    private const double Price = 1e-7;

    /// <summary>What has been settled is asked for a little less exactly: it is settled by rounded figures.</summary>
    private const double Rounding = 1 - 1e-7;

    /// <summary>The dominant share of each.</summary>
    /// <param name="kinds">What their VCPUs do.</param>
    /// <param name="claims">What they ask for.</param>
    /// <param name="cores">Cores of the host.</param>
    /// <returns>Null when there are too many configurations, or none that keeps all floors.</returns>
    public static double[]? Shares(IReadOnlyList<Kind> kinds, IReadOnlyList<Claim> claims, int cores)
    {
        if (Configurations.Of(kinds, cores, MostConfigurations) is not { } configurations)
        {
            return null;
        }

        var settled = claims.Select(claim => claim.Cap <= claim.Floor ? claim.Cap : (double?)null).ToArray();
        while (Array.Exists(settled, share => share is null))
        {
            if (Raise(kinds, claims, configurations, settled) is not { } raised)
            {
                return null;
            }

            raised.CopyTo(settled, 0);
        }

        return [.. settled.Select(share => share!.Value)];
    }

    /// <summary>Raises theta until it reaches a ceiling, or nobody who holds it up can have more.</summary>
    private static double?[]? Raise(IReadOnlyList<Kind> kinds,
        IReadOnlyList<Claim> claims, IReadOnlyList<double[]> configurations, double?[] settled)
    {
        int[] open = [.. Enumerable.Range(0, claims.Count).Where(i => settled[i] is null)];
        var most = open.Min(i => claims[i].Cap / claims[i].Weight);
        var rows = Rows(kinds, claims, settled);

        // Each column has the cells of its configuration, then its part of the time; the last one is theta.
        List<double[]> columns = [.. configurations.Select(done => (double[])[.. rows.Select(row => -done[row.Kind]), 1, 0])];
        columns.Add([.. rows.Select(row => row.PerTheta), 0, 1]);
        double[] atMost = [.. rows.Select(row => -row.Needed), 1, most];
        double[] value = [.. new double[configurations.Count], 1];
        if (LinearProgram.Solve(columns, value, atMost) is not var (solution, prices))
        {
            return null;
        }

        var theta = solution[^1];
        var next = settled.ToArray();
        double Share(int i) => Math.Min(claims[i].Cap, Math.Max(claims[i].Floor, theta * claims[i].Weight));
        var held = theta >= most * (1 - 1e-9)
            ? open.Where(i => claims[i].Cap / claims[i].Weight <= theta * (1 + 1e-9)).ToList()
            : [.. open.Where(i => rows.Where((row, at) => row.PerTheta > 0 && kinds[row.Kind].Vm == i && prices[at] > Price).Any())];
        foreach (var i in held.Count > 0 ? held : [.. open])
        {
            next[i] = Share(i);
        }

        return next;
    }

    /// <summary>What each kind has to have: what is settled, or its floor, and as much as theta says.</summary>
    private static List<(int Kind, double PerTheta, double Needed)> Rows(IReadOnlyList<Kind> kinds,
        IReadOnlyList<Claim> claims, double?[] settled)
    {
        var rows = new List<(int, double, double)>();
        for (var k = 0; k < kinds.Count; k++)
        {
            var (kind, claim) = (kinds[k], claims[kinds[k].Vm]);
            if (settled[kind.Vm] is { } share)
            {
                rows.Add((k, 0, kind.CoresPerShare * share * Rounding));
                continue;
            }

            rows.Add((k, kind.CoresPerShare * claim.Weight, 0));
            if (claim.Floor > 0)
            {
                rows.Add((k, 0, kind.CoresPerShare * claim.Floor * Rounding));
            }
        }

        return rows;
    }
}
