using CsCheck;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;
using static Mbsa.Cores.Tests.Playing.VirtualCoresRig;

namespace Mbsa.Cores.Tests.Playing;

public sealed class VirtualCoresTests
{
    private readonly List<Departure> _departures = [];

    [Fact]
    public void Workers_on_one_core_take_turns()
    {
        var (a, b, cores) = (Script.Forever(100), Script.Forever(50), CoresOf(1));
        Attach(cores, a, b);
        Assert.True(cores.RunUntil(400, idle: false, _departures));
        Assert.Equal([0L, 150, 300], a.Starts);
        Assert.Equal([100L, 250, 400], b.Starts);
        Assert.Equal(400, cores.NowNs);
        Assert.Equal(400, cores.Use.BusyNs);
    }

    [Fact]
    public void Each_core_runs_somebody_when_there_is_somebody()
    {
        var workers = Enumerable.Range(0, 3).Select(_ => Script.Forever(100)).ToArray();
        var cores = CoresOf(2);
        Attach(cores, workers);
        cores.RunUntil(300, idle: false, _departures);
        Assert.Equal(600, cores.Use.BusyNs);
        Assert.Equal([0L, 100, 300], workers[0].Starts);
        Assert.Equal([0L, 200, 300], workers[1].Starts);
        Assert.Equal([100L, 200], workers[2].Starts);
    }

    [Fact]
    public void A_sleeper_wakes_at_its_time_and_keeps_no_core_until_then()
    {
        var (sleeper, cores) = (Script.Of(new Step(10, AfterQuantum.Sleeping, 90)), CoresOf(1));
        Attach(cores, sleeper);
        cores.RunUntil(250, idle: false, _departures);
        Assert.Equal([0L, 100, 200], sleeper.Starts);
        Assert.Equal(30, cores.Use.BusyNs);
    }

    [Fact]
    public void Sleepers_that_wake_at_one_time_wake_in_the_order_of_their_ids()
    {
        var (a, b, cores) = (Script.Of(new Step(10, AfterQuantum.Sleeping, 90)),
            Script.Of(new Step(20, AfterQuantum.Sleeping, 70)), CoresOf(1));
        cores.Attach(b.As(0));
        cores.Attach(a.As(1));
        cores.RunUntil(99, idle: false, _departures); // b sleeps from 20 to 90, a from 30 to 120
        Assert.Equal([0L, 90], b.Starts);
        cores.RunUntil(200, idle: false, _departures);
        Assert.Equal([20L, 120], a.Starts);

        var (late, early, both) =
            (Script.Of(new Step(10, AfterQuantum.Sleeping, 100)), Script.Of(new Step(20, AfterQuantum.Sleeping, 90)), CoresOf(2));
        both.Attach(late.As(7));
        both.Attach(early.As(3));
        both.Attach(Script.Forever(110).As(9)); // takes the core that is free first, so both have to queue for the other
        both.RunUntil(115, idle: false, _departures);
        Assert.Equal(110, early.Starts[1]);
    }

    [Fact]
    public void A_blocked_worker_keeps_no_core_and_runs_when_somebody_rings()
    {
        var bell = new Doorbell();
        var blocked = new ScriptedWorker([Script.Blocking(10)]) { Doorbell = bell };
        var (ringer, cores) = (Script.Of(new Step(100) { Rings = bell }), CoresOf(2));
        Attach(cores, blocked, ringer);
        cores.RunUntil(350, idle: false, _departures);
        Assert.Equal([0L, 100, 200, 300], blocked.Starts);
        Assert.Equal(40 + 350, cores.Use.BusyNs);
        Assert.Equal(3, blocked.Answers);
    }

    [Fact]
    public void A_ring_while_the_worker_runs_ends_its_next_wait_before_it_begins()
    {
        var bell = new Doorbell();
        var busy = new ScriptedWorker([Script.Blocking(150)]) { Doorbell = bell };
        var (ringer, cores) = (Script.Of(new Step(100) { Rings = bell }, Script.Blocking(1)), CoresOf(2));
        Attach(cores, busy, ringer); // rung at 100, in the middle of its first quantum; never again
        Assert.False(cores.RunUntil(1000, idle: false, _departures));
        Assert.Equal([0L, 150], busy.Starts);
        Assert.Equal(300, cores.NowNs);
    }

    [Fact]
    public void A_blocked_worker_wakes_at_its_time_when_nobody_rings_and_not_again_for_a_wait_that_is_over()
    {
        var bell = new Doorbell();
        var impatient = new ScriptedWorker([new Step(10, AfterQuantum.Blocked, 90), Script.Blocking(10)]) { Doorbell = bell };
        var cores = CoresOf(1);
        cores.Attach(impatient.As(0));
        Assert.False(cores.RunUntil(1000, idle: false, _departures)); // waits until 100, and then for ever
        Assert.Equal([0L, 100], impatient.Starts);
        bell.Ring(cores.NowNs);
        cores.RunUntil(130, idle: true, _departures); // waits until 210
        bell.Ring(cores.NowNs);
        Assert.False(cores.RunUntil(1000, idle: false, _departures));
        Assert.Equal([0L, 100, 110, 130], impatient.Starts);
    }

    [Fact]
    public void A_worker_that_continues_keeps_its_core_until_its_quantum_is_used_and_is_charged_once()
    {
        // a quantum is 100 ns
        var (stepper, other, cores) = (Script.Of(new Step(40, AfterQuantum.Continuing)), Script.Forever(100), CoresOf(1));
        Attach(cores, stepper, other);
        cores.RunUntil(420, idle: false, _departures);
        Assert.Equal([0L, 40, 80, 220, 260, 300], stepper.Starts);
        Assert.Equal([120L, 340], other.Starts);
    }

    [Fact]
    public void A_quantum_of_several_steps_is_charged_once_with_all_it_used()
    {
        var host = new HostCapacity(1, 1e12);
        var queue = new ScriptedQueue(host, 100);
        var cores = new VirtualCores(host, queue);
        Attach(cores, Script.Of(new Step(40, AfterQuantum.Continuing, BusBytes: 10)));
        cores.RunUntil(240, idle: false, _departures);
        Assert.Equal([(0, 120L, 30.0, 3L), (0, 120L, 30.0, 3L)], queue.Charges);
    }

    [Fact]
    public void When_nothing_can_happen_time_passes_only_if_asked_to()
    {
        var cores = CoresOf(1);
        Assert.False(cores.RunUntil(500, idle: false, _departures));
        Assert.Equal(0, cores.NowNs);
        Assert.False(cores.RunUntil(500, idle: true, _departures));
        Assert.Equal(500, cores.NowNs);
        var late = Script.Forever(100);
        cores.Attach(late.As(0));
        Assert.True(cores.RunUntil(700, idle: false, _departures));
        Assert.Equal(500, late.Starts[0]);
    }

    [Fact]
    public void The_order_of_attaching_at_one_moment_does_not_matter() =>
        Gen.Shuffle(Enumerable.Range(0, 9).ToArray()).Sample(order =>
        {
            Assert.Equal(HashOf([.. Enumerable.Range(0, 9)]), HashOf(order));

            static ulong? HashOf(int[] order)
            {
                var host = new HostCapacity(2, 1e9);
                var cores = new VirtualCores(host, new FairQueue(host, 100));
                foreach (var i in order)
                {
                    cores.Attach(Script.Of(new Step(50 + (i * 7)), new Step(20 + i, AfterQuantum.Sleeping, 30)).As(i / 3, i % 3));
                }

                cores.RunUntil(5000, idle: false, []);
                return cores.TraceHash;
            }
        }, iter: 30);

    [Fact]
    public void The_trace_hash_tells_who_when_and_how_much()
    {
        var hashes = new[] { Run(0, 100, 100), Run(1, 100, 100), Run(0, 101, 100), Run(0, 100, 101) };
        Assert.Equal(4, hashes.Distinct().Count());
        Assert.Equal(hashes[0], Run(0, 100, 100));

        static ulong? Run(int vm, double first, double second)
        {
            var cores = CoresOf(1);
            cores.Attach(Script.Of(new Step(first), new Step(second)).As(vm));
            cores.RunUntil(300, idle: false, []);
            return cores.TraceHash;
        }
    }

    [Fact]
    public void Looking_at_a_run_in_between_changes_nothing_about_it()
    {
        var step = Gen.Select(Gen.Double[1, 99], Gen.Double[0, 149], (coreNs, busBytes) => new Step(coreNs, BusBytes: busBytes));
        Gen.Select(Gen.Int[0, QosPolicies.All.Count - 1], step.Array[1, 3].Array[6], Gen.Long[1, 50]).Sample(
            (policy, scripts, lookNs) => HashOf(policy, scripts, 4200) == HashOf(policy, scripts, lookNs), iter: 300);

        static ulong? HashOf(int policy, Step[][] scripts, long lookNs)
        {
            var host = new HostCapacity(2, 1e9);
            var queue = QosPolicies.All[policy].CreateQueue(host, 100, ServiceOrder.Share);
            queue.Apply(QosPolicies.All[policy].MakePlan(host, [.. Enumerable.Range(0, 3).Select(vm => Lab.Claim(vm, 2, vm + 1))]), 0);
            var cores = new VirtualCores(host, queue);
            for (var i = 0; i < scripts.Length; i++)
            {
                cores.Attach(Script.Of(scripts[i]).As(i / 2, i % 2));
            }

            for (var untilNs = lookNs; untilNs < 4200; untilNs += lookNs)
            {
                cores.RunUntil(untilNs, idle: false, []);
            }

            cores.RunUntil(4200, idle: false, []);
            return cores.TraceHash;
        }
    }

    /// <summary>What VMs are said to have used adds up to what the cores are said to have used.</summary>
    private static void CheckBooked(VirtualCores cores, RunQueue queue)
    {
        cores.BookUnderWay();
        var counts = Enumerable.Range(0, 4).Select(vm => queue.CountsOf(vm, cores.NowNs)).ToList();
        Assert.Equal(cores.Use.BusyNs, counts.Sum(c => c.HeldNs));
        Assert.Equal(cores.Use.BusBytes, counts.Sum(c => c.UseSoFar.BusNs), 1e-6); // a byte takes a nanosecond
    }

    [Fact]
    public void Core_time_is_conserved_whatever_the_workers_do()
    {
        var step = Gen.Select(Gen.Double[0, 300], Gen.Int[0, 40], Gen.Long[0, 500], Gen.Double[0, 600], (coreNs, kind, sleepNs, busBytes) =>
            new Step(coreNs, kind < 25 ? AfterQuantum.Ready : kind < 38 ? AfterQuantum.Sleeping : AfterQuantum.Finished, sleepNs, busBytes)
            {
                ThrowsInExecute = kind == 39,
                ThrowsInComplete = kind == 40,
            });
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, QosPolicies.All.Count - 1], step.Array[1, 6].Array[1, 8])
            .Sample((coreCount, policy, scripts) =>
        {
            var host = new HostCapacity(coreCount, 1e9);
            var queue = QosPolicies.All[policy].CreateQueue(host, 100, ServiceOrder.Share);
            queue.Apply(QosPolicies.All[policy].MakePlan(host, [.. Enumerable.Range(0, 4).Select(vm => Lab.Claim(vm, 2, vm + 1))]), 0);
            var cores = new VirtualCores(host, queue);
            var workers = scripts.Select(script => new ScriptedWorker(script)).ToArray();
            var schedulables = workers.Select((worker, i) => worker.As(i / 2, i % 2)).ToArray();
            Array.ForEach(schedulables, cores.Attach);
            var departed = new List<Departure>();
            var heldNs = 0L;
            for (var untilNs = 400L; untilNs <= 4000; untilNs += 400)
            {
                heldNs += Watch(cores, untilNs, schedulables, departed);
                cores.Detach(schedulables[(untilNs / 400) % schedulables.Length]);
                Assert.Equal(heldNs, cores.Use.BusyNs);
                CheckBooked(cores, queue);
            }

            Assert.Equal(4000, cores.NowNs);
            Assert.InRange(cores.Use.BusyNs, workers.Sum(w => w.HeldNs - w.AwayNs.Sum()), coreCount * cores.NowNs);
            Assert.InRange(cores.Use.BusBytes, 0, cores.NowNs * (1 + 1e-9));
            Assert.All(workers, w => Assert.Null(w.Breach));
            Array.ForEach(schedulables, s => cores.Detach(s));
            Assert.All(workers, w => Assert.Equal(1, w.Disposed));
            Assert.Equal(departed.Count, departed.Select(d => d.Schedulable).Distinct().Count());
        }, iter: 300);
    }

    /// <summary>Runs nanosecond by nanosecond, so that one can count in each of them who is on a core, whatever was cut off when.</summary>
    /// <returns>Core time that was held.</returns>
    private static long Watch(VirtualCores cores, long untilNs, Schedulable[] schedulables, List<Departure> departed)
    {
        var heldNs = 0L;
        while (cores.NowNs < untilNs)
        {
            var (nowNs, departures) = (cores.NowNs, new List<Departure>());
            cores.RunUntil(nowNs, idle: true, departures);
            if (departures.Count == 0) // else others may still take the cores of those who departed
            {
                var running = schedulables.Count(s => s.IsRunning);
                cores.RunUntil(nowNs + 1, idle: true, departures);
                heldNs += (cores.NowNs - nowNs) * running;
            }

            departed.AddRange(departures);
        }

        return heldNs;
    }
}
