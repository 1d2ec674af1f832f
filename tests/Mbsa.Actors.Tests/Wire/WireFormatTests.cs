using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Nodes;
using Mbsa.Actors.Tests.Cluster;
using Mbsa.Actors.Wire;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Tests.Wire;

public sealed class WireFormatTests
{
    [Fact]
    public void Scenario_arrives_as_it_was()
    {
        var scenario = ClusterLab.Scenario(3, 5, host => host with { Order = ServiceOrder.Serial })
            .At(1, "vm-0", new VmChange.Migrate("h-1")).At(2, "vm-1", new VmChange.SetQos(new QosSpec
            {
                Reservation = new Promise(PromiseUnit.OperationsPerSecond, 1000),
                LatencyNs = 40_000,
            })).At(3, "vm-2", new VmChange.FailVcpu(1)).At(4, "vm-3", new VmChange.Stop());
        scenario = scenario with
        {
            Lockstep = true,
            Vms = [.. scenario.Vms.Select((vm, i) => vm with { Jobs = [.. vm.Jobs.Select(job => job with { JitterPercent = 20 * i })] })],
            Cluster = scenario.Cluster! with
            {
                Tenants = [new TenantSpec("t", [0, 1], new Promise(PromiseUnit.BytesPerSecond, 1e9))],
                Events = [new HostEvent(5, 1, HostChange.Lose)]
            },
        };
        var arrived = WireFormat.FromBytes<ScenarioSpec>(WireFormat.ToBytes(scenario));
        Assert.Equal(WireFormat.ToText(scenario), WireFormat.ToText(arrived));
        Assert.True(arrived.Lockstep);
        Assert.All(arrived.Cluster!.Hosts, host => Assert.Equal(ServiceOrder.Serial, host.Host.Order));
        Assert.Equal([0, 20, 40, 60, 80], arrived.Vms.Select(vm => vm.Jobs[0].JitterPercent));
        Assert.Equal(double.PositiveInfinity, arrived.Host.Device.EnduranceWrites);
        Assert.Equal(scenario.Events.AsEnumerable(), arrived.Events);
        Assert.Equal(scenario.Cluster.Events.AsEnumerable(), arrived.Cluster.Events);
    }

    [Fact]
    public void Bulk_travels_beside_the_text()
    {
        var step = new HostStep(7, 1_000, [new HostCommand.Write(3, new byte[100_000]),
            new HostCommand.Resume(3, new byte[] { 1, 2 }, ulong.MaxValue), new HostCommand.Measure(3)]);
        var bytes = WireFormat.ToBytes<HostParcel>(new HostParcel.Step(step));
        Assert.InRange(bytes.Length, 100_000, 100_500);
        var arrived = Assert.IsType<HostParcel.Step>(WireFormat.FromBytes<HostParcel>(bytes)).Of;
        Assert.Equal(100_000, Assert.IsType<HostCommand.Write>(arrived.Commands[0]).Content.Bytes.Length);
        var resume = Assert.IsType<HostCommand.Resume>(arrived.Commands[1]);
        Assert.Equal([1, 2], resume.Guest.Bytes);
        Assert.Equal(ulong.MaxValue, resume.ContentHash);
    }

    [Fact]
    public void Samples_arrive_with_their_latencies()
    {
        var sample = new VmSample
        {
            Name = "vm",
            State = VmState.Running,
            ReadOperations = 5,
            PlannedShare = 0.25,
            ReadLatency = LatencyBatch.FromCounts([.. Enumerable.Range(0, LatencyBuckets.Count).Select(i => (long)i)], 12345),
        };
        var arrived = WireFormat.FromBytes<VmSample>(WireFormat.ToBytes(sample));
        Assert.Equal(sample.ReadLatency.CumulativeCounts.AsEnumerable(), arrived.ReadLatency!.CumulativeCounts);
        Assert.Equal(sample with { ReadLatency = null }, arrived with { ReadLatency = null });
    }

    [Fact]
    public void Damage_is_one_clear_error()
    {
        var bytes = WireFormat.ToBytes(ClusterLab.Scenario(1, 1));
        for (var cut = 0; cut < bytes.Length; cut += 7)
        {
            Assert.Throws<InvalidDataException>(() => WireFormat.FromBytes<ScenarioSpec>(bytes.AsMemory(0, cut)));
        }

        Assert.Throws<InvalidDataException>(() => WireFormat.FromBytes<HostStep>(bytes));
    }

    [Fact]
    public void Messages_of_nodes_have_our_serializer_and_anything_else_is_refused()
    {
        using var system = NodeSystem.Create(ClusterLab.Options(), NodeConfiguration.OfNode(ClusterLab.Options()));
        object[] messages =
        [
            new Frame(1, 2, 3, [4, 5]), new FrameAck(6, 7),
            new ToHost("run", 8, new AskStatus(9)), new ToHost("run", 10, new Frame(11, 0, 1, [])),
            new ToRun("run", new AskRun(21)), new HostStatus(12, true, 13, 14),
            new HostBroke(15, "why"), new EndHost(), new HostEnded(null),
            new RunStatus(20, 16, true, null, ["a:1", "b:2"]), new InterruptRun(),
            new RunOver(), new Hello(17, "v", "c"), new Welcome(), new Unwelcome("no"),
        ];
        Assert.Equal(ClusterSerializer.Types.Count(), messages.Select(message => message.GetType())
            .Append(typeof(AskStatus)).Append(typeof(AskRun)).Distinct().Count());
        foreach (var message in messages)
        {
            var serializer = Assert.IsType<ClusterSerializer>(system.Serialization.FindSerializerFor(message));
            var arrived = serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));
            Assert.Equal(WireFormat.ToText(message), WireFormat.ToText(arrived));
        }

        var stranger = system.Serialization.FindSerializerFor(new Status.Success(1));
        Assert.Throws<NotSupportedException>(() =>
            system.Serialization.FindSerializerFor(new List<int> { 1 }).ToBinary(new List<int> { 1 }));
        Assert.DoesNotContain("Newtonsoft", stranger.GetType().Name, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new ClusterSerializer((ExtendedActorSystem)system).FromBinary([], "x9"));
    }
}
