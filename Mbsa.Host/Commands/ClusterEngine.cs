using System.Collections.Immutable;
using Mbsa.Actors.Cluster;
using Mbsa.Actors.Cluster.Nodes;
using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Live;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Carries scenarios of several hosts on Akka.Cluster.</summary>
internal sealed class ClusterEngine : IClusterEngine
{
    /// <inheritdoc/>
    public IRunningScenario Start(ScenarioSpec scenario) => new ClusterScenario(ClusterRun.StartAsync(scenario).GetAwaiter().GetResult());

    /// <inheritdoc/>
    public async Task<IRunningScenario> SubmitAsync(ScenarioSpec scenario, NodeOptions options, CancellationToken cancellation) =>
        new ClusterScenario(await ClusterRun.SubmitAsync(scenario, options.Seeds[0], options, cancellation).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<IClusterNode> JoinAsync(NodeOptions options, Action<string> say, CancellationToken cancellation) =>
        new Node(await ClusterNode.StartAsync(options, say, cancellation).ConfigureAwait(false));

    private sealed class ClusterScenario(ClusterRun run) : IRunningScenario
    {
        public Task<RunResult> Completion => run.Completion;

        public LiveSnapshot Snapshot() => run.Snapshot();

        public RunJournal Journal => run.Journal;

        public ImmutableList<SeriesPoint> Series => run.Series;

        public DeviceWear Wear(int cells) => DeviceWear.None; // each host has a device of its own, on some node

        public void Interrupt() => run.Interrupt();
    }

    private sealed class Node(ClusterNode node) : IClusterNode
    {
        public NodeAddress Address => node.Address;

        public Task Ended { get; } = EndAsync(node);

        public Task LeaveAsync() => node.LeaveAsync();

        private static async Task EndAsync(ClusterNode node)
        {
            await node.Ended.ConfigureAwait(false);
            if (!node.IsLeaving)
            {
                throw new InputException("this node could not reach the larger part of its cluster any more and ended itself; its hosts are carried there now");
            }
        }
    }
}
