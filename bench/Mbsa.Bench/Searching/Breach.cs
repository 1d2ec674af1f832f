namespace Mbsa.Bench.Searching;

/// <summary>A bar that a set breaks.</summary>
/// <param name="Seed">The set's seed.</param>
/// <param name="What">Which bar, and how far from it; for people.</param>
/// <param name="IsHard">Whether the search has failed by it.</param>
/// <param name="Breaks">Whether a set breaks it.</param>
/// <param name="Lie">The lie by which it is broken, if any.</param>
internal sealed record Breach(int Seed, string What, bool IsHard, Func<DrawnSet, bool> Breaks, Lie? Lie)
{
    /// <summary>A scenario file of a smallest set that breaks the bar, with a comment that says which.</summary>
    /// <param name="policy">The policy under which it does.</param>
    /// <param name="longest">How long to look for a smaller set, of real time.</param>
    public string ToSmallestScenario(string policy, TimeSpan longest)
    {
        var set = SetShrinker.Shrink(SetGenerator.Draw(Seed), BreaksStill, longest);
        return $"# Seed {Seed}, {What}.\n{SetYaml.Of(Lie?.In(set) ?? set, policy)}";
    }

    /// <summary>Whether a smaller set still breaks the bar, by no other fault than the first: its floors must be as easy to keep.</summary>
    private bool BreaksStill(DrawnSet set)
    {
        try
        {
            return SetGenerator.IsKeepable(set) && Breaks(set);
        }
        catch (BenchException)
        {
            return false; // a smaller set may be one that cannot be run
        }
    }
}

/// <summary>
/// What a search asks of every set. Those of floors, starving and lies are hard: a search has failed that finds them broken.
/// </summary>
internal static class SearchBars
{
    /// <summary>Of the floor of a VM that never pauses for longer than a quantum.</summary>
    public const double Floor = 0.99;

    /// <summary>Of the optimum within reach of a VM of one kind that never pauses.</summary>
    public const double Starved = 0.5;

    /// <summary>Of what a neighbour may not lose by a lie.</summary>
    public const double KeptFromLiar = 0.95;

    /// <summary>Of what a neighbour may not lose by a lie; not reached everywhere, so it is counted and does not fail.</summary>
    public const double KeptFromLiarInFull = 0.99;

    /// <summary>Of the optimum within reach.</summary>
    public const double Share = 0.99;

    /// <summary>Of sets in which <see cref="Share"/> is to be kept.</summary>
    public const double SetsWithShare = 0.99;

    /// <summary>Use of the binding resource.</summary>
    public const double Use = 0.97;

    /// <summary>The only policy that promises as much as never to starve anybody.</summary>
    public const string PolicyThatStarvesNobody = "plan";
}
