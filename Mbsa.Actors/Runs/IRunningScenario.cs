using System.Collections.Immutable;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>A scenario that runs, as those see it who watch it.</summary>
public interface IRunningScenario
{
    /// <summary>Ends with the result, also after <see cref="Interrupt"/>.</summary>
    Task<RunResult> Completion { get; }

    /// <summary>How it stands; cheap, from any thread.</summary>
    LiveSnapshot Snapshot();

    /// <summary>What happened in it.</summary>
    RunJournal Journal { get; }

    /// <summary>It as a time series so far; empty when its scenario asks for none.</summary>
    ImmutableList<SeriesPoint> Series { get; }

    /// <summary>The wear of its disks and its NVM device as a picture, from any thread; not for every moment.</summary>
    DeviceWear Wear(int cells);

    /// <summary>Ends it at once.</summary>
    void Interrupt();
}
