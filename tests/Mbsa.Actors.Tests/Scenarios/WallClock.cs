namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>
/// Tests on real time: they run alone, after the others, and compare medians, because somebody else's program may run on the same cores.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WallClock
{
    public const string Name = "wall clock";

    /// <summary>The median of five measurements.</summary>
    public static async Task<double> MedianAsync(Func<Task<double>> measure)
    {
        var values = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            values.Add(await measure());
        }

        return values.Order().ElementAt(2);
    }
}
