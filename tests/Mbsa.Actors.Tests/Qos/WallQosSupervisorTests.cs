using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Mbsa.Actors.Board;
using Mbsa.Actors.Qos;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>The supervisor under the wall clock: only truths, no times.</summary>
public sealed class WallQosSupervisorTests : TestKit
{
    private readonly RunClock _clock = new();
    private readonly WallCores _cores;
    private readonly IActorRef _supervisor;

    public WallQosSupervisorTests()
        : base("akka.test.single-expect-default = 30s")
    {
        var policy = new RoundRobinPolicy();
        var host = new HostCapacity(2, 1e12);
        _cores = new WallCores(policy.CreateQueue(host, 1000, ServiceOrder.Share), _clock);
        var board = new LiveBoard([Lab.Vm("a"), Lab.Vm("b")]);
        _supervisor = Sys.ActorOf(Props.Create(() => new WallQosSupervisor(policy, host, _cores, _clock, board)));
    }

    [Fact]
    public void The_clock_stands_still_before_and_after_a_run()
    {
        Attach(Script.Forever(0).As(0));
        Assert.Equal(0, _clock.NowNs);
        _supervisor.Tell(new RunUntil(2_000_000), TestActor);
        var reached = ExpectMsg<Reached>();
        Assert.False(reached.AllFinished);
        Assert.Null(reached.TraceHash);
        Assert.True(reached.Ns >= 2_000_000);
        Assert.Equal(reached.Ns, _clock.NowNs);
    }

    [Fact]
    public void A_run_ends_when_everybody_has_finished_and_owners_hear_it_first()
    {
        var owner = Attach(Script.Of(new Step(0), new Step(0, AfterQuantum.Finished)).As(0));
        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        var finished = owner.ExpectMsg<WorkerFinished>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(100)); // until the owner has seen to it
        _supervisor.Tell(new Noted(finished.Id));
        Assert.True(ExpectMsg<Reached>().AllFinished);
    }

    [Fact]
    public void A_failure_is_told_and_the_others_go_on()
    {
        var other = Script.Forever(0);
        Attach(other.As(1));
        var owner = Attach(Script.Of(new Step(0) { ThrowsInExecute = true }).As(0));
        _supervisor.Tell(new RunUntil(5_000_000), TestActor);
        owner.ExpectMsg<WorkerFailed>();
        Assert.False(ExpectMsg<Reached>().AllFinished);
        Assert.NotEmpty(other.Quanta);
    }

    [Fact]
    public void A_halt_ends_a_run_that_would_never_end_and_no_other_begins()
    {
        Attach(Script.Forever(0).As(0));
        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        _supervisor.Tell(new Halt());
        ExpectMsg<Reached>();
        var standsAtNs = _clock.NowNs;
        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        Assert.Equal(standsAtNs, ExpectMsg<Reached>().Ns);
    }

    [Fact]
    public void Detaching_while_cores_run_is_answered_when_the_worker_is_gone()
    {
        var worker = Script.Forever(0);
        var owner = Attach(worker.As(0));
        Attach(Script.Forever(0).As(1));
        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        _supervisor.Tell(new Detach(new SchedulableId(0, 0)), owner.Ref);
        owner.ExpectMsg<Detached>();
        Assert.Equal((1, null), (worker.Disposed, worker.Breach));
        _supervisor.Tell(new Halt());
        ExpectMsg<Reached>();
    }

    [Fact]
    public void When_the_supervisor_ends_in_the_middle_of_a_run_every_worker_is_disposed_once()
    {
        var workers = Enumerable.Range(0, 4).Select(_ => Script.Forever(0)).ToArray();
        for (var i = 0; i < 4; i++)
        {
            Attach(workers[i].As(i));
        }

        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        Watch(_supervisor);
        Sys.Stop(_supervisor);
        ExpectTerminated(_supervisor);
        Assert.All(workers, w => Assert.Equal((1, null), (w.Disposed, w.Breach)));
    }

    private TestProbe Attach(Schedulable schedulable)
    {
        var owner = CreateTestProbe();
        _supervisor.Tell(new Attach(schedulable, owner.Ref), owner.Ref);
        Assert.Equal(schedulable.Id, owner.ExpectMsg<Attached>().Id);
        return owner;
    }
}
