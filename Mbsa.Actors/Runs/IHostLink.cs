using System.Collections.Immutable;
using Mbsa.Actors.Hosts;

namespace Mbsa.Actors.Runs;

/// <summary>The way to one host of a run, wherever it is.</summary>
internal interface IHostLink
{
    /// <summary>Has the host carry out commands at this moment, and lets its time pass until another.</summary>
    /// <param name="untilNs">That moment, in nanoseconds of the scenario's clock; the present one to let no time pass.</param>
    /// <param name="commands">What to do, one after the other.</param>
    /// <param name="withView">Whether it shall show its VMs afterwards.</param>
    /// <param name="ended">The run ends without a result.</param>
    Task<HostReport> StepAsync(long untilNs, ImmutableArray<HostCommand> commands, bool withView, CancellationToken ended);
}
