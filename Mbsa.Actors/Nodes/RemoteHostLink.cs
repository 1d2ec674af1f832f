using Akka.Actor;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

/// <summary>The way to a host of the cluster.</summary>
/// <param name="link">Its <see cref="HostLink"/>.</param>
/// <param name="scenario">The scenario.</param>
/// <param name="watch">Sees what the host is at, as far as it is to be seen from here: a step, and not which part of it.</param>
internal sealed class RemoteHostLink(IActorRef link, ScenarioSpec scenario, HostWatch watch) : IHostLink
{
    public Task<HostReport> StepAsync(HostStep step, CancellationToken ended) => watch.OverAsync(
        () => string.Join(", ", step.Commands.Select(command => command.Describe(scenario)).Append($"RunUntil {step.UntilNs / 1e6} ms")),
        step.UntilNs,
        link.Ask<HostReport>(step, Timeout.InfiniteTimeSpan, ended),
        report => string.Join(", ", report.Answers.Select(answer => answer.Describe()).Append($"at {report.NowNs / 1e6} ms")));

    /// <summary>The run is over: the host frees all it has.</summary>
    /// <param name="ended">Nobody waits for it any more.</param>
    /// <returns>What it did not free, in words; null when all is freed.</returns>
    public async Task<string?> EndAsync(CancellationToken ended) =>
        (await link.Ask<HostEnded>(new HostLink.Finish(), Timeout.InfiniteTimeSpan, ended)).Problem;
}
