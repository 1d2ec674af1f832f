using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Reproduction;

/// <summary>How a figure is to be made.</summary>
internal sealed record FigureRequest
{
    /// <summary>Blocks of the paper's disk: 8 GiB.</summary>
    public const long PaperBlocks = 2_097_152;

    /// <summary>Blocks without being asked: a disk that takes seconds.</summary>
    public const long UsualBlocks = 16_384;

    /// <summary>Blocks below which a figure says nothing any more: the spares of a policy would be a large part of the disk.</summary>
    public const long MinBlocks = 1024;

    /// <summary>Blocks of the disk. Whatever is written grows with it, so that writes a block are those of the paper.</summary>
    public required long Blocks { get; init; }

    /// <summary>Where the progress of what takes long is told.</summary>
    public required TextWriter Progress { get; init; }

    /// <summary>Real time.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Starts a scenario: the same that <c>mbsa run</c> starts.</summary>
    public required Func<ScenarioSpec, IRunningScenario> Start { get; init; }

    /// <summary>The disk against the paper's, below 1 when it is smaller.</summary>
    public double Scale => Blocks / (double)PaperBlocks;
}
