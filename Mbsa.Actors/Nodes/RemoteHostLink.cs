using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Runs;

namespace Mbsa.Actors.Nodes;

/// <summary>The way to a host of the cluster.</summary>
/// <param name="link">Its <see cref="HostLink"/>.</param>
internal sealed class RemoteHostLink(IActorRef link) : IHostLink
{
    public Task<HostReport> StepAsync(
        long fromNs, long untilNs, ImmutableArray<HostCommand> commands, bool withView, CancellationToken ended) =>
        link.Ask<HostReport>(new HostLink.DoStep(fromNs, untilNs, commands, withView), Timeout.InfiniteTimeSpan, ended);

    public async Task<string?> EndAsync(CancellationToken ended) =>
        (await link.Ask<HostEnded>(new HostLink.Finish(), Timeout.InfiniteTimeSpan, ended)).Problem;
}
