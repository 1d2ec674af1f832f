using CsCheck;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>Quanta that make room for somebody: cut off, charged for what was done of them, and brought to their end later.</summary>
public sealed class CutOffTests
{
    private readonly List<Departure> _departures = [];

    [Fact]
    public void A_quantum_that_is_cut_off_goes_on_later_and_is_charged_for_each_part()
    {
        var (long_, brief) = (Script.Forever(100, busBytes: 50), Script.Forever(50));
        var (cores, queue) = Cores(1);
        var cut = long_.As(0);
        cores.Attach(cut);
        cores.Attach(brief.As(1));
        CutOff(cores, queue, 30, cut);
        Assert.Equal((30, 15), (cores.Use.BusyNs, cores.Use.BusBytes));
        cores.RunUntil(150, idle: false, _departures);
        Assert.Equal([0L], long_.Starts[..1]);
        Assert.Equal((0L, 150L), Assert.Single(long_.Quanta)); // 30 ns at first, 70 after the other one
        Assert.Equal((50, 50), (long_.AwayNs[0], Assert.Single(brief.Quanta).EndNs - brief.Quanta[0].StartNs));
        Assert.Equal([(0, 30L, 15.0, 0L), (1, 50L, 0.0, 1L), (0, 70L, 35.0, 1L)], queue.Charges);
        Assert.Equal((150, 50), (cores.Use.BusyNs, cores.Use.BusBytes));
    }

    [Fact]
    public void It_goes_on_at_once_when_nobody_wants_the_core()
    {
        var worker = Script.Forever(100);
        var (cores, queue) = Cores(1);
        var cut = worker.As(0);
        cores.Attach(cut);
        CutOff(cores, queue, 30, cut);
        CutOff(cores, queue, 60, cut);
        cores.RunUntil(100, idle: false, _departures);
        Assert.Equal(((0L, 100L), 0L), (Assert.Single(worker.Quanta), worker.AwayNs[0]));
        Assert.Equal([(0, 30L, 0.0, 0L), (0, 30L, 0.0, 0L), (0, 40L, 0.0, 1L)], queue.Charges);
    }

    [Fact]
    public void It_can_be_cut_off_again_and_again()
    {
        var (long_, brief) = (Script.Forever(100), Script.Forever(10));
        var (cores, queue) = Cores(1);
        var cut = long_.As(0);
        cores.Attach(cut);
        cores.Attach(brief.As(1));
        CutOff(cores, queue, 20, cut); // goes on at 30
        CutOff(cores, queue, 40, cut); // goes on at 50
        CutOff(cores, queue, 90, cut); // goes on at 100
        cores.RunUntil(130, idle: false, _departures);
        Assert.Equal(((0L, 130L), 30L), (Assert.Single(long_.Quanta), long_.AwayNs[0]));
        Assert.Equal([(20L, 30L), (40L, 50L), (90L, 100L)], brief.Quanta);
        Assert.Equal([20L, 10, 40, 30], queue.Charges.Where(c => c.Vm == 0).Select(c => c.HeldNs));
    }

    [Fact]
    public void Of_a_quantum_of_several_steps_the_one_it_is_at_is_cut_off()
    {
        var (stepper, brief) = (Script.Of(new Step(40, AfterQuantum.Continuing, BusBytes: 20)), Script.Forever(10));
        var (cores, queue) = Cores(1); // a quantum is 100 ns
        var cut = stepper.As(0);
        cores.Attach(cut);
        cores.Attach(brief.As(1));
        CutOff(cores, queue, 50, cut); // in its second step, of which 30 ns are left
        Assert.Equal((0, 50L, 25.0, 1L), Assert.Single(queue.Charges));
        cores.RunUntil(170, idle: false, _departures); // from 60 on a quantum of its own: 30 + 40 + 40 ns
        Assert.Equal([(0L, 40L), (40L, 90L), (90L, 130L), (130L, 170L)], stepper.Quanta);
        Assert.Equal([0L, 10, 0, 0], stepper.AwayNs);
        Assert.Equal((0, 110L, 55.0, 3L), queue.Charges[^1]);
    }

    [Theory]
    [InlineData(100, 0)] // has ended, and waits for its turn to be completed
    [InlineData(101, 0)]
    [InlineData(102, 1)]
    public void A_quantum_that_is_as_good_as_at_its_end_is_left_alone(long lengthNs, int cuts)
    {
        var (first, victim, waits) = (Script.Forever(100), Script.Forever(lengthNs), Script.Forever(100));
        var (cores, queue) = Cores(2);
        var cut = victim.As(1);
        cores.Attach(first.As(0));
        cores.Attach(cut);
        cores.Attach(waits.As(2));
        queue.VictimAt(100, cut);
        cores.RunUntil(400, idle: false, _departures);
        Assert.Equal((cuts, cuts), (queue.Charges.Count(c => c is { Vm: 1, Operations: 0 }), victim.AwayNs.Count(ns => ns > 0)));
        Assert.Equal(cuts == 0, victim.Quanta[0].EndNs == lengthNs);
    }

    [Fact]
    public void Others_are_as_fast_as_if_it_were_gone_while_it_is_away()
    {
        // Two fill the bus of a byte a nanosecond; the first is away from 50, when a third computes, until 150.
        var (first, second) = (Script.Forever(100, busBytes: 100), Script.Forever(100, busBytes: 100));
        var (cores, queue) = Cores(2, busBytesPerSecond: 1e9);
        var cut = first.As(0);
        cores.Attach(cut);
        cores.Attach(second.As(1));
        cores.Attach(Script.Forever(100).As(2));
        CutOff(cores, queue, 50, cut);
        cores.RunUntil(125, idle: false, _departures);
        Assert.Equal((0L, 125L), Assert.Single(second.Quanta)); // 25 done by then, and 75 alone
    }

    [Fact]
    public void Detached_while_it_is_away_it_never_ends_and_has_used_what_was_done_of_it()
    {
        var (leaves, stays) = (Script.Forever(100, busBytes: 100), Script.Forever(50));
        var (cores, queue) = Cores(1);
        var cut = leaves.As(0);
        cores.Attach(cut);
        cores.Attach(stays.As(1));
        CutOff(cores, queue, 30, cut);
        Assert.True(cores.Detach(cut));
        cores.RunUntil(180, idle: false, _departures);
        Assert.Equal([(30L, 80L), (80L, 130L), (130L, 180L)], stays.Quanta);
        Assert.Equal((0, 1, null), (leaves.Quanta.Count, leaves.Disposed, leaves.Breach));
        Assert.Equal((180, 30), (cores.Use.BusyNs, cores.Use.BusBytes));
        Assert.Equal((0L, 30.0), (queue.CountsOf(0, 180).Operations, queue.CountsOf(0, 180).Bytes));
        Assert.Equal(180, cores.EndQuanta(0, _departures)); // nothing of it is left to end
        Assert.Null(leaves.Breach);
    }

    [Fact]
    public void Detached_after_it_went_on_it_has_used_each_part_and_is_charged_for_the_first()
    {
        var (leaves, brief) = (Script.Forever(100, busBytes: 100), Script.Forever(50));
        var (cores, queue) = Cores(1, busBytesPerSecond: 1e9); // a byte takes a nanosecond
        var cut = leaves.As(0);
        cores.Attach(cut);
        cores.Attach(brief.As(1));
        CutOff(cores, queue, 30, cut); // goes on at 80
        cores.RunUntil(100, idle: false, _departures);
        Assert.True(cores.Detach(cut));
        var counts = queue.CountsOf(0, 100);
        Assert.Equal((100, 50), (cores.Use.BusyNs, cores.Use.BusBytes));
        Assert.Equal((30, 50, 0), (counts.Use.BusNs, counts.UseSoFar.BusNs, counts.Operations));
        Assert.Equal((0, 1, null), (leaves.Quanta.Count, leaves.Disposed, leaves.Breach));
    }

    [Fact]
    public void What_is_away_when_its_vm_leaves_ends_as_if_it_went_on_alone_and_is_charged_no_more()
    {
        var (leaves, other, brief) = (Script.Forever(100, busBytes: 100), Script.Forever(100), Script.Forever(50));
        var (cores, queue) = Cores(1);
        Schedulable[] cut = [leaves.As(0), other.As(1)];
        Array.ForEach(cut, cores.Attach);
        cores.Attach(brief.As(2));
        CutOff(cores, queue, 30, cut[0]);
        CutOff(cores, queue, 40, cut[1]);
        cores.RunUntil(50, idle: false, _departures);
        var (hash, before) = (cores.TraceHash, queue.CountsOf(0, 50));
        Assert.Equal(50 + 70, cores.EndQuanta(0, _departures));
        Assert.Equal(((0L, 120L), 20L), (Assert.Single(leaves.Quanta), leaves.AwayNs[0]));
        Assert.NotEqual(hash, cores.TraceHash);
        var after = queue.CountsOf(0, 50).Since(before);
        Assert.Equal((1L, default, 0.0), (after.Operations, after.Use, after.Bytes));

        Assert.True(cores.Detach(cut[0]));
        cores.RunUntil(180, idle: false, _departures);
        Assert.Equal((1, 1, null), (leaves.Quanta.Count, leaves.Disposed, leaves.Breach));
        Assert.Equal(((30L, 180L), 50L), (Assert.Single(other.Quanta), other.AwayNs[0])); // of another VM, it waited as before
        Assert.Empty(_departures);
    }

    [Fact]
    public void Whoever_fails_at_an_end_on_no_core_departs()
    {
        var (fails, brief) = (Script.Of(new Step(100) { ThrowsInComplete = true }), Script.Forever(50));
        var (cores, queue) = Cores(1);
        var cut = fails.As(0);
        cores.Attach(cut);
        cores.Attach(brief.As(1));
        CutOff(cores, queue, 30, cut);
        Assert.Equal(100, cores.EndQuanta(0, _departures));
        Assert.Same(cut, Assert.Single(_departures).Schedulable);
        Assert.IsType<InvalidOperationException>(_departures[0].Failure);
        _departures.Clear();
        cores.RunUntil(180, idle: false, _departures);
        Assert.Equal((3, 1, null), (brief.Quanta.Count, fails.Disposed, fails.Breach));
    }

    [Fact]
    public void Whatever_is_cut_off_when_all_work_is_done_once_and_all_of_it_is_charged()
    {
        var step = Gen.Select(Gen.Double[1, 300], Gen.Double[0, 600], Gen.Bool, (coreNs, busBytes, continues) =>
            new Step(coreNs, continues ? AfterQuantum.Continuing : AfterQuantum.Ready, BusBytes: busBytes));
        var cut = Gen.Select(Gen.Long[1, 60], Gen.Int[0, 5]);
        Gen.Select(Gen.Int[1, 3], step.Array[1, 5].Array[1, 6], cut.Array[0, 40]).Sample((coreCount, scripts, cuts) =>
        {
            var (cores, queue) = Cores(coreCount, busBytesPerSecond: 1e9);
            var workers = scripts.Select(steps => Script.Of([.. steps, new Step(1, AfterQuantum.Finished)])).ToArray();
            var schedulables = workers.Select((worker, vm) => worker.As(vm)).ToArray();
            Array.ForEach(schedulables, cores.Attach);
            foreach (var (afterNs, vm) in cuts)
            {
                RunTo(cores, cores.NowNs + afterNs);
                if (schedulables[vm % schedulables.Length] is { IsRunning: true } victim)
                {
                    queue.VictimAt(cores.NowNs, victim);
                }
            }

            RunTo(cores, 100_000);
            Assert.Equal(cores.Use.BusyNs, workers.Sum(w => w.HeldNs - w.AwayNs.Sum()));
            for (var vm = 0; vm < workers.Length; vm++)
            {
                var charges = queue.Charges.Where(c => c.Vm == vm).ToList();
                Assert.Equal((1, null), (workers[vm].Disposed, workers[vm].Breach));
                Assert.Equal(scripts[vm].Length + 1, charges.Sum(c => c.Operations));
                Assert.Equal(scripts[vm].Sum(s => s.BusBytes), charges.Sum(c => c.BusBytes), 1e-6);
                Assert.Equal(workers[vm].HeldNs - workers[vm].AwayNs.Sum(), charges.Sum(c => c.HeldNs));
                Assert.Equal(charges.Sum(c => c.HeldNs), queue.CountsOf(vm, cores.NowNs).HeldNs);
            }
        }, iter: 300);
    }

    private static (VirtualCores Cores, ScriptedQueue Queue) Cores(int count, double busBytesPerSecond = 1e12)
    {
        var host = new HostCapacity(count, busBytesPerSecond);
        var queue = new ScriptedQueue(host, 100);
        return (new VirtualCores(host, queue), queue);
    }

    private static void RunTo(VirtualCores cores, long untilNs)
    {
        while (cores.NowNs < untilNs)
        {
            cores.RunUntil(untilNs, idle: true, []);
        }
    }

    private void CutOff(VirtualCores cores, ScriptedQueue queue, long atNs, Schedulable victim)
    {
        cores.RunUntil(atNs, idle: false, _departures);
        queue.VictimAt(atNs, victim);
        cores.RunUntil(atNs, idle: false, _departures);
    }
}
