using System.Text.Json.Nodes;
using Spectre.Console;

namespace Mbsa.Host.Reproduction;

/// <summary>A figure of the paper, reproduced.</summary>
internal sealed record FigureResult
{
    /// <summary>What it is of, a line.</summary>
    public required string Title { get; init; }

    /// <summary>What one must know to read it, a line each: what was invented, reconstructed or left out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Its tables.</summary>
    public required IReadOnlyList<Table> Tables { get; init; }

    /// <summary>What it must reach.</summary>
    public required IReadOnlyList<Bar> Bars { get; init; }

    /// <summary>Its picture.</summary>
    public required SvgChart Chart { get; init; }

    /// <summary>The figures, for programs.</summary>
    public required JsonObject Json { get; init; }
}
