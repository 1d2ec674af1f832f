using Akka.Actor;
using Akka.TestKit.Xunit2;
using Mbsa.Actors.Nodes;
using Mbsa.Actors.Tracing;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Tests.Cluster;

public sealed class RunActorTests : TestKit
{
    [Fact]
    public void An_outcome_of_which_nothing_arrives_is_sent_again_and_one_on_its_way_is_left_alone()
    {
        var (client, region) = (CreateTestProbe(), CreateTestProbe());
        var run = Sys.ActorOf(Props.Create(() => new RunActor("run", region, client, RunTrace.None)));
        run.Tell(new Status.Failure(new ScenarioFailedException("it broke")));
        var frame = client.ExpectMsg<Frame>();

        run.Tell(new AskRun(1), client);
        client.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        run.Tell(new FrameAck(frame.Parcel, 0), client);
        run.Tell(new AskRun(2), client);
        client.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        run.Tell(new AskRun(3), client);
        Assert.True(client.ExpectMsg<Frame>().Parcel > frame.Parcel);
    }

    [Fact]
    public void A_link_that_breaks_ends_the_run_with_a_reason()
    {
        var (client, region) = (CreateTestProbe(), CreateTestProbe());
        var run = Sys.ActorOf(Props.Create(() => new RunActor("run", region, client, RunTrace.None)));
        var port = new ParcelPort();
        port.Send(WireFormat.ToBytes<RunParcel>(new RunParcel.Submit(ClusterLab.Scenario(hosts: 2, vms: 2))), message =>
            run.Tell(message, client));
        region.ExpectMsg<ToHost>();

        Sys.Stop(region.LastSender);

        var frame = client.FishForMessage<Frame>(_ => true);
        var failed = Assert.IsType<RunParcel.Failed>(WireFormat.FromBytes<RunParcel>(port.On(frame, _ => { })!));
        Assert.Contains("the link to a host broke", failed.Reason);
    }
}
