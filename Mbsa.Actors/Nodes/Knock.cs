using System.Net.Sockets;
using Akka.Actor;
using Mbsa.Actors.Wire;
using Mbsa.Vm;

namespace Mbsa.Actors.Nodes;

/// <summary>Asks a node whether it lets us in, so that whatever is wrong is said in one line.</summary>
internal static class Knock
{
    /// <summary>Knocks.</summary>
    /// <param name="system">Who knocks.</param>
    /// <param name="address">The node.</param>
    /// <param name="hello">What is said.</param>
    /// <param name="patience">How long it may take to answer.</param>
    /// <exception cref="InputException">It does not let us in, or is not there; the message says which.</exception>
    public static async Task AtAsync(ActorSystem system, NodeAddress address, Hello hello, TimeSpan patience)
    {
        await RequireListenerAsync(address, patience);
        try
        {
            var answer = await DoorOf(system, address.ToString()).Ask<INodeMessage>(hello, patience);
            if (answer is not Welcome)
            {
                throw new InputException($"the node at {address} " + (answer is Unwelcome { Reason: var why }
                    ? $"does not let this one in: {why}"
                    : "does not answer as a node of mbsa does"));
            }
        }
        catch (AskTimeoutException)
        {
            throw new InputException($"something listens at {address}, but it does not know us: "
                + "its secret or its TLS is another, or it is no node of mbsa");
        }
    }

    /// <summary>Where the door of a node is: its system has the name of ours and speaks what ours speaks, or we do not get to it.</summary>
    public static ActorSelection DoorOf(ActorSystem system, string address) => system.ActorSelection(
        $"{((ExtendedActorSystem)system).Provider.DefaultAddress.Protocol}://{system.Name}@{address}/user/{NodeDoor.Name}");

    private static async Task RequireListenerAsync(NodeAddress address, TimeSpan within)
    {
        try
        {
            using var client = new TcpClient();
            using var patience = new CancellationTokenSource(within);
            await client.ConnectAsync(address.Host, address.Port, patience.Token);
        }
        catch (Exception unreachable) when (unreachable is SocketException or OperationCanceledException)
        {
            var why = unreachable is SocketException ? unreachable.Message : "no answer";
            throw new InputException($"no node of a cluster can be reached at {address}: {why}");
        }
    }
}
