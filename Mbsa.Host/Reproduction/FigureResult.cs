using System.Text.Json.Nodes;

namespace Mbsa.Host.Reproduction;

/// <summary>A figure of the paper, reproduced.</summary>
internal sealed record FigureResult
{
    /// <summary>What it is of, a line.</summary>
    public required string Title { get; init; }

    /// <summary>What one must know to read it, a line each: what was invented, reconstructed or left out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required IReadOnlyList<FigureTable> Tables { get; init; }

    /// <summary>What it must reach.</summary>
    public required IReadOnlyList<Bar> Bars { get; init; }

    /// <summary>The paper's numbers in it, beside what came out.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];

    /// <summary>What was fitted to the paper for it.</summary>
    public IReadOnlyList<FreeParameter> FreeParameters { get; init; } = [];

    /// <summary>Its picture.</summary>
    public required IChart Chart { get; init; }

    /// <summary>The figures, for programs.</summary>
    public required JsonObject Json { get; init; }
}
