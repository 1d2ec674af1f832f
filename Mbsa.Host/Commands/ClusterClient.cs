using Mbsa.Actors.Nodes;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Scenario;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Clusters on Akka.Cluster.</summary>
/// <param name="trace">Is told what goes on in this process.</param>
internal sealed class ClusterClient(RunTrace trace) : IClusterClient
{
    /// <inheritdoc/>
    public async Task<IRunningScenario> SubmitAsync(ScenarioSpec scenario, NodeOptions options, CancellationToken cancellation) =>
        await ClusterRun.SubmitAsync(scenario, options.Seeds[0], options with { Trace = trace }, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IClusterNode> JoinAsync(NodeOptions options, Action<string> say, CancellationToken cancellation) =>
        new Node(await ClusterNode.StartAsync(options with { Trace = trace }, say, cancellation).ConfigureAwait(false));

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
