using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;

namespace Mbsa.Actors.Runs;

/// <summary>The way to one host of a run, wherever it is.</summary>
internal interface IHostLink
{
    /// <summary>Has the host carry out commands at this moment, and lets its time pass until another.</summary>
    /// <param name="fromNs">This moment, in nanoseconds of the scenario's clock.</param>
    /// <param name="untilNs">
    /// That moment; the present one to let no time pass. A host on which nobody is left to run does not go so far.
    /// </param>
    /// <param name="commands">What to do, one after the other.</param>
    /// <param name="withView">Whether it shall show its VMs afterwards.</param>
    /// <param name="ended">The run ends without a result.</param>
    Task<HostReport> StepAsync(long fromNs, long untilNs, ImmutableArray<HostCommand> commands, bool withView, CancellationToken ended);

    /// <summary>The run is over: the host frees all it has.</summary>
    /// <param name="ended">Nobody waits for it any more.</param>
    /// <returns>What it did not free, in words; null when all is freed.</returns>
    Task<string?> EndAsync(CancellationToken ended);
}
