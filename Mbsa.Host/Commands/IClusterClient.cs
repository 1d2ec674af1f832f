using Mbsa.Actors.Nodes;
using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Clusters of several processes, as the program needs them.</summary>
internal interface IClusterClient
{
    /// <summary>Has a cluster that is there run a scenario. Interrupting it ends the run, not the cluster.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="options">Whom to ask, in <see cref="NodeOptions.Seeds"/>, and how this process listens for answers.</param>
    /// <param name="cancellation">Gives up waiting for an answer.</param>
    /// <exception cref="InputException">There is no cluster, it has another secret, another version, or runs something already:
    /// one line.</exception>
    Task<IRunningScenario> SubmitAsync(ScenarioSpec scenario, NodeOptions options, CancellationToken cancellation);

    /// <summary>Makes this process a node of a cluster.</summary>
    /// <param name="options">How it listens and whom it joins.</param>
    /// <param name="say">Hears what happens, a line each, from any thread:
    /// that it joined, members, hosts carried, runs begun and ended.</param>
    /// <param name="cancellation">Gives up joining.</param>
    /// <returns>The node, a member of its cluster.</returns>
    /// <exception cref="InputException">It cannot listen there, or the cluster does not take it: one line.</exception>
    Task<IClusterNode> JoinAsync(NodeOptions options, Action<string> say, CancellationToken cancellation);
}

/// <summary>This process as a member of a cluster.</summary>
internal interface IClusterNode
{
    /// <summary>Where others reach it.</summary>
    NodeAddress Address { get; }

    /// <summary>
    /// Ends when it is no member any more. Fails with an <see cref="InputException"/> of one line when that was not its own wish:
    /// it was on the smaller side of a split.
    /// </summary>
    Task Ended { get; }

    /// <summary>Leaves in good order: its hosts are handed to others first.</summary>
    Task LeaveAsync();
}
