using Akka.Actor;
using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Nodes;

/// <summary>Where others knock: nodes that want to join, and whoever wants to run something.</summary>
internal sealed class NodeDoor : ReceiveActor
{
    /// <summary>Its name under the user guardian, the same in every version: else nobody could be told that theirs is another.</summary>
    public const string Name = "gate";

    /// <summary>The door of a node.</summary>
    /// <param name="options">How the node was started.</param>
    /// <param name="version">Version of the program.</param>
    /// <param name="coordinator">Where messages to the coordinator go.</param>
    public NodeDoor(NodeOptions options, string version, IActorRef coordinator)
    {
        Receive<Hello>(hello => Sender.Tell(WhyNot(hello, options, version) is { } why ? new Unwelcome(why) : new Welcome()));
        Receive<ToRun>(coordinator.Forward);
    }

    private static string? WhyNot(Hello hello, NodeOptions options, string version) => hello switch
    {
        _ when hello.WireVersion != WireFormat.Version || hello.Version != version =>
            $"it runs version {version}, which does not understand version {hello.Version}; all nodes need the same",
        { Configuration: { } asked } when asked != NodeConfiguration.Common(options) =>
            $"its configuration is '{NodeConfiguration.Common(options)}', this one's is '{asked}'; all nodes need the same",
        _ => null,
    };
}
