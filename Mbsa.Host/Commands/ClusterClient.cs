using System.Collections.Immutable;
using Mbsa.Actors.Nodes;
using Mbsa.Actors.Tracing;
using Mbsa.Host.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Clusters on Akka.Cluster.</summary>
/// <param name="trace">Is told what goes on in this process.</param>
internal sealed class ClusterClient(RunTrace trace) : IClusterClient
{
    /// <inheritdoc/>
    public async Task<IRunningScenario> SubmitAsync(ScenarioSpec scenario, NodeOptions options, CancellationToken cancellation) =>
        new ClusterScenario(await ClusterRun.SubmitAsync(scenario, options.Seeds[0], options with { Trace = trace }, cancellation)
            .ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<IClusterNode> JoinAsync(NodeOptions options, Action<string> say, CancellationToken cancellation) =>
        new Node(await ClusterNode.StartAsync(options with { Trace = trace }, say, cancellation).ConfigureAwait(false));

    private sealed class ClusterScenario(ClusterRun run) : IRunningScenario
    {
        public Task<RunResult> Completion { get; } = CompleteAsync(run);

        public RunJournal Journal => run.Journal;

        public ImmutableList<SeriesPoint> Series => run.Series;

        public LiveSnapshot Snapshot() => run.Snapshot();

        /// <summary>The disks are on many devices and perhaps on other machines: there is no picture of one.</summary>
        public DeviceWear Wear(int cells) => DeviceWear.None;

        public void Interrupt() => run.Interrupt();

        /// <summary>A cluster that is busy or lost its last node is no bug.</summary>
        private static async Task<RunResult> CompleteAsync(ClusterRun run)
        {
            try
            {
                return await run.Completion.ConfigureAwait(false);
            }
            catch (ScenarioFailedException e)
            {
                throw new InputException(e.Message);
            }
        }
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
                throw new InputException(
                    "this node could not reach the larger part of its cluster any more and ended itself; its hosts are carried there now");
            }
        }
    }
}
