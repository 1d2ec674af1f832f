namespace Mbsa.Host.Reproduction;

/// <summary>One method of a figure of the paper, run for the four kinds of request.</summary>
/// <param name="Name">As the figure calls it.</param>
/// <param name="Colour">Of its bars, as SVG names it.</param>
/// <param name="Speeds">One for each of <see cref="RequestKind.All"/>.</param>
/// <param name="Paper">What the paper's text says of them, in GB/s; null when it gives no numbers.</param>
internal sealed record SpeedRow(string Name, string Colour, IReadOnlyList<IoSpeed> Speeds, IReadOnlyList<double>? Paper = null)
{
    /// <summary>Bandwidth of one kind, in GB/s.</summary>
    public double this[int kind] => Speeds[kind].GigabytesPerSecond;

    /// <summary>Runs one experiment for each kind of request.</summary>
    /// <param name="request">How.</param>
    /// <param name="name">Name of the row.</param>
    /// <param name="colour">Colour of its bars.</param>
    /// <param name="experiment">The experiment for a kind.</param>
    /// <param name="paper">What the paper says.</param>
    public static async Task<SpeedRow> RunAsync(
        FigureRequest request, string name, string colour, Func<RequestKind, IoExperiment> experiment, IReadOnlyList<double>? paper = null)
    {
        List<IoSpeed> speeds = [];
        foreach (var kind in RequestKind.All)
        {
            speeds.Add(await experiment(kind).RunAsync(request).ConfigureAwait(false));
        }

        return new SpeedRow(name, colour, speeds, paper);
    }
}
