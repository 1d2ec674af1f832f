using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Mbsa.Actors.Board;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Qos;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Cores.Tests.Playing;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Tests.Qos;

/// <summary>The supervisor under the virtual clock, with the test in the place of owners and scenario.</summary>
public sealed class VirtualQosSupervisorTests : TestKit
{
    private static readonly TimeSpan _moment = TimeSpan.FromMilliseconds(100);
    private readonly LiveBoard _board = new([Lab.Vm("a"), Lab.Vm("b")]);
    private readonly VirtualCores _cores;
    private readonly IActorRef _supervisor;

    public VirtualQosSupervisorTests()
        : base("akka.test.single-expect-default = 30s")
    {
        var policy = new FairPolicy();
        var host = new HostCapacity(2, 1e12);
        var queue = policy.CreateQueue(host, 1000, ServiceOrder.Share);
        _cores = new VirtualCores(host, queue);
        _supervisor = Sys.ActorOf(Props.Create(() => new VirtualQosSupervisor(policy, host, _cores, queue, _board)));
    }

    [Fact]
    public void Time_passes_to_the_moment_asked_for()
    {
        Admit(0);
        Attach(Script.Forever(1000).As(0));
        _supervisor.Tell(new RunUntil(5_000_000), TestActor);
        var reached = ExpectMsg<Reached>();
        Assert.Equal((5_000_000, false, 5_000_000), (reached.Ns, reached.AllFinished, reached.Use.BusyNs));
        Assert.Equal(_cores.TraceHash, reached.TraceHash);
    }

    [Fact]
    public void With_nobody_there_the_answer_comes_at_once_unless_time_shall_pass_idly()
    {
        _supervisor.Tell(new RunUntil(5_000_000), TestActor);
        Assert.Equal((0, true), Stand(ExpectMsg<Reached>()));
        _supervisor.Tell(new RunUntil(5_000_000, Idle: true), TestActor);
        Assert.Equal((5_000_000, true), Stand(ExpectMsg<Reached>()));
    }

    [Fact]
    public void Whoever_attaches_late_starts_when_time_goes_on()
    {
        _supervisor.Tell(new RunUntil(3000, Idle: true), TestActor);
        ExpectMsg<Reached>();
        var late = Script.Forever(1000);
        Attach(late.As(0));
        Assert.Empty(late.Starts);
        _supervisor.Tell(new RunUntil(6000), TestActor);
        Assert.Equal((6000, false), Stand(ExpectMsg<Reached>()));
        Assert.Equal(3000, late.Starts[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Time_stands_still_until_the_owner_of_a_failure_has_decided(bool attachesAnew)
    {
        var other = Script.Forever(1000);
        Attach(other.As(1));
        var owner = Attach(Failing(afterNs: 500).As(0));
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        Assert.Equal(new SchedulableId(0, 0), owner.ExpectMsg<WorkerFailed>().Id);
        ExpectNoMsg(_moment);
        Assert.Equal(500, _cores.NowNs);
        var restarted = Script.Forever(1000);
        _supervisor.Tell(attachesAnew ? new Attach(restarted.As(0), owner.Ref) : new Detach(new SchedulableId(0, 0)), owner.Ref);
        Assert.Equal((10_000, false), Stand(ExpectMsg<Reached>()));
        Assert.Equal(attachesAnew ? [500L] : [], restarted.Starts.Take(1));
    }

    [Fact]
    public void Time_stands_still_until_every_failure_is_settled()
    {
        var first = Attach(Failing(afterNs: 500).As(0));
        var second = Attach(Failing(afterNs: 500).As(1));
        Attach(Script.Forever(1000).As(0, 1));
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        first.ExpectMsg<WorkerFailed>();
        _supervisor.Tell(new Detach(new SchedulableId(0, 0)), first.Ref);
        second.ExpectMsg<WorkerFailed>();
        ExpectNoMsg(_moment);
        Assert.Equal(500, _cores.NowNs);
        _supervisor.Tell(new Detach(new SchedulableId(1, 0)), second.Ref);
        Assert.Equal((10_000, false), Stand(ExpectMsg<Reached>()));
    }

    [Fact]
    public void Time_stands_still_until_the_owner_of_the_finished_has_taken_note()
    {
        var owner = Attach(Script.Of(new Step(500, AfterQuantum.Finished)).As(0));
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        owner.ExpectMsg<WorkerFinished>();
        ExpectNoMsg(_moment);
        _supervisor.Tell(new Noted(new SchedulableId(0, 0)), owner.Ref);
        Assert.Equal((500, true), Stand(ExpectMsg<Reached>()));
    }

    [Fact]
    public void After_a_halt_time_never_passes_again()
    {
        Attach(Script.Forever(1000).As(0));
        _supervisor.Tell(new RunUntil(5000), TestActor);
        ExpectMsg<Reached>();
        _supervisor.Tell(new Halt());
        _supervisor.Tell(new RunUntil(9000), TestActor);
        Assert.Equal((5000, false), Stand(ExpectMsg<Reached>()));
    }

    [Fact]
    public void A_halt_ends_a_run_that_would_never_end()
    {
        Attach(Script.Forever(1000).As(0));
        _supervisor.Tell(new RunUntil(long.MaxValue), TestActor);
        ExpectNoMsg(_moment);
        _supervisor.Tell(new Halt());
        Assert.False(ExpectMsg<Reached>().AllFinished);
    }

    [Fact]
    public void A_halt_while_a_failure_is_unsettled_answers_once_it_is_settled()
    {
        var owner = Attach(Failing(afterNs: 500).As(0));
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        owner.ExpectMsg<WorkerFailed>();
        _supervisor.Tell(new Halt());
        ExpectNoMsg(_moment);
        _supervisor.Tell(new Detach(new SchedulableId(0, 0)), owner.Ref);
        Assert.Equal((500, false), Stand(ExpectMsg<Reached>()));
        ExpectNoMsg(_moment);
    }

    [Fact]
    public void Detaching_somebody_unknown_or_twice_is_answered()
    {
        var worker = Script.Forever(1000);
        var owner = Attach(worker.As(0));
        foreach (var id in new[] { new SchedulableId(7, 7), new SchedulableId(0, 0), new SchedulableId(0, 0) })
        {
            _supervisor.Tell(new Detach(id), owner.Ref);
            Assert.Equal(id, owner.ExpectMsg<Detached>().Id);
        }

        Assert.Equal(1, worker.Disposed);
    }

    [Fact]
    public void Whoever_detached_is_not_told_of_an_end_any_more()
    {
        var owner = Attach(Script.Of(new Step(500, AfterQuantum.Finished)).As(0));
        _supervisor.Tell(new Detach(new SchedulableId(0, 0)), owner.Ref);
        owner.ExpectMsg<Detached>();
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        Assert.Equal((0, true), Stand(ExpectMsg<Reached>()));
        owner.ExpectNoMsg(_moment);
    }

    [Fact]
    public void Shares_are_planned_for_those_who_run_and_anew_when_one_has_finished()
    {
        Admit(0);
        Admit(1, weight: 3);
        Attach(Script.Forever(1000).As(0, 0));
        Attach(Script.Forever(1000).As(0, 1));
        var owner = Attach(Script.Of(new Step(500, AfterQuantum.Finished)).As(1, 0));
        _supervisor.Tell(new RunUntil(100), TestActor);
        ExpectMsg<Reached>();
        Assert.Equal((0.5, 0.5), (_board.PlannedShareOf(0), _board.PlannedShareOf(1)));
        _supervisor.Tell(new RunUntil(10_000), TestActor);
        owner.ExpectMsg<WorkerFinished>();
        _supervisor.Tell(new Noted(new SchedulableId(1, 0)), owner.Ref);
        ExpectMsg<Reached>();
        Assert.Equal((1.0, (double?)null), (_board.PlannedShareOf(0), _board.PlannedShareOf(1)));
    }

    [Fact]
    public void A_change_for_a_vm_that_is_gone_is_refused_and_changes_nothing()
    {
        Admit(0);
        var worker = Script.Forever(1000);
        Attach(worker.As(0));
        _supervisor.Tell(new RemoveVm(1), TestActor);
        _supervisor.Tell(new HostCommand.SetQos(1, new QosSpec { Weight = 5 }), TestActor);
        Assert.Equal("the VM is not there", ExpectMsg<HostAnswer.Refused>().Reason);
        Assert.Equal(0, worker.Disposed);
        _supervisor.Tell(new RunUntil(100), TestActor);
        ExpectMsg<Reached>();
        Assert.Equal((0.5, (double?)null), (_board.PlannedShareOf(0), _board.PlannedShareOf(1)));
    }

    [Fact]
    public void A_storm_of_changes_at_one_moment_makes_one_plan_and_the_last_one_counts()
    {
        var policy = new CountingPolicy();
        var host = new HostCapacity(2, 1e12);
        var queue = policy.CreateQueue(host, 1000, ServiceOrder.Share);
        var cores = new VirtualCores(host, queue);
        var supervisor = Sys.ActorOf(Props.Create(() => new VirtualQosSupervisor(policy, host, cores, queue, _board)));
        for (var vm = 0; vm < 2; vm++)
        {
            supervisor.Tell(new AdmitVm(new AdmittedVm(vm, 2, new QosSpec(), DeclaredUse.Computing(2))), TestActor);
            ExpectMsg<HostAnswer.Done>();
            for (var vcpu = 0; vcpu < 2; vcpu++)
            {
                supervisor.Tell(new Attach(Script.Forever(1000).As(vm, vcpu), TestActor), TestActor);
                ExpectMsg<Attached>();
            }
        }

        for (var change = 1; change <= 5000; change++)
        {
            supervisor.Tell(new HostCommand.SetQos(1, new QosSpec { Weight = change == 5000 ? 3 : change }), TestActor);
            ExpectMsg<HostAnswer.Done>();
        }

        supervisor.Tell(new RunUntil(400_000), TestActor);
        ExpectMsg<Reached>();
        Assert.Equal(1, policy.Plans);
        Assert.Equal((0.25, 0.75), (_board.PlannedShareOf(0), _board.PlannedShareOf(1)));
    }

    [Fact]
    public void A_change_that_is_refused_leaves_the_promises_as_they_were()
    {
        Admit(0);
        Admit(1);
        _supervisor.Tell(new HostCommand.SetQos(0, new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.7) }), TestActor);
        ExpectMsg<HostAnswer.Done>();
        foreach (var qos in new[] { new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.4) }, new QosSpec
            { Weight = double.NaN }, new QosSpec { Weight = 0 } })
        {
            _supervisor.Tell(new HostCommand.SetQos(1, qos), TestActor);
            Assert.NotEmpty(ExpectMsg<HostAnswer.Refused>().Reason);
        }

        _supervisor.Tell(new HostCommand.SetQos(1,
            new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.4), OrBestEffort = true }), TestActor);
        Assert.Contains("30 % is left", ExpectMsg<HostAnswer.Done>().Remark, StringComparison.Ordinal);
        _supervisor.Tell(new HostCommand.SetQos(1, new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.3) }), TestActor);
        Assert.Null(ExpectMsg<HostAnswer.Done>().Remark);
    }

    [Fact]
    public void A_vcpu_that_never_yields_is_charged_for_what_it_held_and_others_have_their_share()
    {
        // Its quanta are forty times too long, as of a guest that does not come back.
        Admit(0);
        Admit(1);
        var (greedy, modest) = (Script.Forever(40_000), new[] { Script.Forever(1000), Script.Forever(1000) });
        Attach(greedy.As(0, 0));
        Attach(modest[0].As(1, 0));
        Attach(modest[1].As(1, 1));
        _supervisor.Tell(new RunUntil(40_000_000), TestActor);
        ExpectMsg<Reached>();
        Assert.Equal(1, greedy.HeldNs / (double)modest.Sum(worker => worker.HeldNs), 0.02);
    }

    [Fact]
    public void When_the_supervisor_ends_every_worker_is_disposed_once()
    {
        var workers = Enumerable.Range(0, 4).Select(_ => Script.Forever(1000)).ToArray();
        for (var i = 0; i < 4; i++)
        {
            Attach(workers[i].As(i));
        }

        _supervisor.Tell(new RunUntil(2500), TestActor);
        ExpectMsg<Reached>();
        Watch(_supervisor);
        Sys.Stop(_supervisor);
        ExpectTerminated(_supervisor);
        Assert.All(workers, w => Assert.Equal((1, null), (w.Disposed, w.Breach)));
    }

    private static (long Ns, bool AllFinished) Stand(Reached reached) => (reached.Ns, reached.AllFinished);

    private static ScriptedWorker Failing(long afterNs) => Script.Of(new Step(afterNs) { ThrowsInComplete = true });

    private void Admit(int vm, double weight = 1)
    {
        _supervisor.Tell(new AdmitVm(new AdmittedVm(vm, 4, new QosSpec { Weight = weight }, DeclaredUse.Computing(2))), TestActor);
        ExpectMsg<HostAnswer.Done>();
    }

    /// <summary>Attaches, with an owner of its own that has heard of it.</summary>
    private TestProbe Attach(Schedulable schedulable)
    {
        var owner = CreateTestProbe();
        _supervisor.Tell(new Attach(schedulable, owner.Ref), owner.Ref);
        Assert.Equal(schedulable.Id, owner.ExpectMsg<Attached>().Id);
        return owner;
    }

    private sealed class CountingPolicy : IQosPolicy
    {
        private readonly FairPolicy _policy = new();

        public string Name => _policy.Name;

        public string Description => _policy.Description;

        public Promises Keeps => _policy.Keeps;

        public int Plans { get; private set; }

        public Plan MakePlan(HostCapacity host, IReadOnlyList<VmClaim> claims)
        {
            Plans++;
            return _policy.MakePlan(host, claims);
        }

        public RunQueue CreateQueue(HostCapacity host, long quantumNs, ServiceOrder order) => _policy.CreateQueue(host, quantumNs, order);
    }
}
