using Akka.Actor;
using Akka.Configuration;
using Mbsa.Actors.Nodes;
using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Tests.Cluster;

/// <summary>Whoever reaches a node's port and speaks Akka's protocol does not get it to build what a message names.</summary>
[Collection("cluster")]
public sealed class StrangerTests
{
    [Theory]
    [InlineData(false, 1)] // that which was sent
    [InlineData(true, 2)] // with Akka's own serializer the node builds one: else the row above would prove nothing
    public async Task A_message_that_names_a_type_builds_nothing_and_the_node_still_answers(bool withAkkas, int expected)
    {
        var before = Trap.Built;
        await using var node = await ClusterNode.StartAsync(
            ClusterLab.Options() with { Port = 0 }, null, Json(withAkkas), CancellationToken.None);
        var stranger = ActorSystem.Create("stranger", ConfigurationFactory.ParseString("""
            akka { actor.provider = remote, loglevel = OFF, stdout-loglevel = OFF
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 } }
            """));
        try
        {
            var door = stranger.ActorSelection($"akka.tcp://{node.System.Name}@{node.Address}/user/{NodeDoor.Name}");
            door.Tell(new Trap());
            await Task.Delay(TimeSpan.FromSeconds(3));
            Assert.Equal(expected, Trap.Built - before);
        }
        finally
        {
            await stranger.Terminate();
        }

        using var client = NodeSystem.Create(ClusterLab.Options(), NodeConfiguration.OfClient(ClusterLab.Options()));
        await Knock.AtAsync(client, node.Address, new Hello(WireFormat.Version, NodeSystem.Version, null), TimeSpan.FromSeconds(10));
    }

    private static Config Json(bool ofAkka) => !ofAkka ? Config.Empty
        : ConfigurationFactory.ParseString("akka.actor.serializers.json = \"Akka.Serialization.NewtonSoftJsonSerializer, Akka\"");

    /// <summary>Counts how many of it were built.</summary>
    public sealed class Trap
    {
        private static int _built;

        /// <summary>One more.</summary>
        public Trap() => Interlocked.Increment(ref _built);

        /// <summary>How many.</summary>
        public static int Built => Volatile.Read(ref _built);
    }
}
