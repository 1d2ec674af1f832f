using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Reproduction;

/// <summary>Every figure there is, in the order of the paper, and the one that it did not have.</summary>
internal static class PaperFigures
{
    private const string All = "all";

    private static readonly (string Name, Func<FigureRequest, Task<FigureResult>> Make)[] _figures =
    [
        ("fig2", HostFigure.MakeAsync),
        ("fig3", ThreadsFigure.MakeAsync),
        ("fig4", ConventionalFigure.MakeMultiQueueAsync),
        ("fig5", ConventionalFigure.MakeVhostAsync),
        ("fig7", GuestFigure.MakeAsync),
        ("fig8", request => Task.FromResult(WearFigure.Make(request))),
        ("fig9", LevellingCostFigure.MakeAsync),
        ("future", FutureFigure.MakeAsync),
    ];

    private static readonly string[] _drawings = ["fig1", "fig6"];

    /// <summary>Their names, and the one for all of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _figures.Select(figure => figure.Name), All];

    /// <summary>The figures that are asked for, in the order of the paper, each once.</summary>
    /// <param name="names">Names of figures, or "all".</param>
    /// <exception cref="InputException">There is no such figure, or it cannot be made.</exception>
    public static IReadOnlyList<(string Name, Func<FigureRequest, Task<FigureResult>> Make)> Choose(IReadOnlyList<string> names)
    {
        foreach (var name in names.Where(name => !Names.Contains(name)))
        {
            throw new InputException(
                _drawings.Contains(name)
                ? $"'{name}' is a drawing of an architecture: there is nothing to measure; there are: {string.Join(", ", Names)}"
                : UnknownName.Message("figure", name, Names));
        }

        return [.. _figures.Where(figure => names.Contains(All) || names.Contains(figure.Name))];
    }
}
