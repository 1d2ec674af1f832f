using System.Collections.Concurrent;
using System.Diagnostics;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>What holds of cores that are threads, whatever the threads do and when.</summary>
public sealed class WallCoresTests
{
    private readonly RunClock _clock = new();
    private readonly WallCores _cores;
    private readonly ConcurrentBag<Departure> _departures = [];

    public WallCoresTests()
    {
        _cores = new WallCores(new RoundRobinQueue(new HostCapacity(2, 1e12), 1000), _clock);
        _cores.Departed += _departures.Add;
        _clock.Release();
        _cores.Open(long.MaxValue, idle: true);
    }

    [Fact]
    public async Task Every_worker_is_disposed_once_while_threads_attach_detach_and_run()
    {
        var threads = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(RunUntilClosed, TaskCreationOptions.LongRunning)).ToArray();
        var owners = Enumerable.Range(0, 3).Select(vm => Task.Run(() => OwnWorkers(vm, 300))).ToArray();
        var owned = (await Task.WhenAll(owners)).SelectMany(o => o).ToList();
        _cores.Close();
        await Task.WhenAll(threads).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(owned, o => _cores.Detach(o.Schedulable));
        Assert.All(owned, o => Assert.Equal((1, null), (o.Worker.Disposed, o.Worker.Breach)));
        foreach (var _ in _departures)
        {
            Assert.True(_cores.HasWork); // until whoever heard of the last departure has seen to it
            _cores.Settle();
        }

        Assert.False(_cores.HasWork);
        var departed = _departures.Select(d => d.Schedulable).ToHashSet();
        Assert.Equal(_departures.Count, departed.Count);
        Assert.All(owned.Where(o => o.MustDepart), o => Assert.Contains(o.Schedulable, departed));
    }

    [Fact]
    public async Task A_worker_counts_as_running_until_it_is_disposed()
    {
        using ManualResetEventSlim disposing = new(), goOn = new();
        var worker = new ScriptedWorker([new Step(0, AfterQuantum.Finished)])
        {
            OnDispose = () =>
            {
                disposing.Set();
                goOn.Wait();
            },
        };
        var schedulable = worker.As(0);
        _cores.Attach(schedulable);
        var core = Task.Factory.StartNew(RunUntilClosed, TaskCreationOptions.LongRunning);
        disposing.Wait();
        Assert.False(_cores.Detach(schedulable));
        goOn.Set();
        _cores.Close();
        await core;
        Assert.Equal(1, worker.Disposed);
        Assert.Same(schedulable, Assert.Single(_departures).Schedulable);
    }

    [Fact]
    public void A_closed_host_runs_nothing_and_an_opened_one_goes_on()
    {
        var worker = Script.Forever(0);
        _cores.Close();
        _cores.Attach(worker.As(0));
        Assert.False(_cores.RunSlice(1_000_000));
        Assert.Empty(worker.Starts);
        _cores.Open(long.MaxValue, idle: false);
        Assert.True(_cores.RunSlice(100_000));
        Assert.NotEmpty(worker.Starts);
    }

    [Fact]
    public void A_core_parks_when_nobody_is_left_unless_time_shall_pass_idly()
    {
        _cores.Open(long.MaxValue, idle: false);
        Assert.False(_cores.RunSlice(1_000_000));
        _cores.Open(long.MaxValue, idle: true);
        Assert.True(_cores.RunSlice(1000));
        _cores.Open(_clock.NowNs + 2_000_000, idle: true);
        while (_cores.RunSlice(1_000_000))
        {
        }
    }

    [Fact]
    public void A_sleeper_wakes_and_not_before_its_time()
    {
        var worker = Script.Of(new Step(0, AfterQuantum.Sleeping, 300_000));
        _cores.Attach(worker.As(0));
        while (worker.Quanta.Count < 4)
        {
            Assert.True(_cores.RunSlice(1_000_000));
        }

        for (var i = 1; i < 4; i++)
        {
            Assert.True(worker.Quanta[i].StartNs >= worker.Quanta[i - 1].EndNs + 300_000);
        }
    }

    [Fact]
    public async Task Two_workers_that_wake_each_other_lose_no_ring()
    {
        var (ping, pong) = (new Doorbell(), new Doorbell());
        var a = new ScriptedWorker([Script.Blocking(0) with { Rings = pong }]) { Doorbell = ping };
        var b = new ScriptedWorker([Script.Blocking(0) with { Rings = ping }]) { Doorbell = pong };
        _cores.Open(long.MaxValue, idle: false);
        _cores.Attach(a.As(0));
        _cores.Attach(b.As(0, 1));
        var threads = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(RunUntilClosed, TaskCreationOptions.LongRunning)).ToArray();
        var patience = Stopwatch.StartNew();
        while (Volatile.Read(ref a.Rounds) < 1000 && patience.Elapsed < TimeSpan.FromSeconds(30))
        {
            Assert.True(_cores.HasWork, "both wait for the other");
            await Task.Delay(1);
        }

        _cores.Close();
        await Task.WhenAll(threads);
        Assert.InRange(a.Quanta.Count, 1000, int.MaxValue);
        Assert.Equal((null, null), (a.Breach, b.Breach));
    }

    [Fact]
    public void Cores_park_when_all_who_are_left_wait_for_somebody_to_ring()
    {
        var bell = new Doorbell();
        var worker =
            new ScriptedWorker([Script.Blocking(0), new Step(0, AfterQuantum.Blocked, 100_000), Script.Blocking(0)]) { Doorbell = bell };
        var schedulable = worker.As(0);
        _cores.Open(long.MaxValue, idle: false);
        _cores.Attach(schedulable);
        Assert.False(_cores.RunSlice(1_000_000));
        Assert.Single(worker.Starts);
        bell.Ring(_clock.NowNs);
        Assert.True(_cores.HasWork);
        Assert.False(_cores.RunSlice(10_000_000)); // once for the ring, and once because its time has come
        Assert.Equal(3, worker.Starts.Count);
        Assert.True(_cores.Detach(schedulable));
        bell.Ring(_clock.NowNs);
        Assert.False(_cores.HasWork);
        Assert.Equal((1, null), (worker.Disposed, worker.Breach));
    }

    [Fact]
    public void A_worker_that_throws_departs_and_the_others_go_on()
    {
        var (inExecute, inComplete, other) =
            (Script.Of(new Step(0) { ThrowsInExecute = true }), Script.Of(new Step(0) { ThrowsInComplete = true }), Script.Forever(0));
        _cores.Attach(inExecute.As(0));
        _cores.Attach(inComplete.As(1));
        _cores.Attach(other.As(2));
        while (other.Quanta.Count < 3)
        {
            _cores.RunSlice(100_000);
        }

        Assert.Equal([0, 1], _departures.Select(d => d.Schedulable.Id.Vm).Order());
        Assert.All(_departures, d => Assert.IsType<InvalidOperationException>(d.Failure));
        Assert.All([inExecute, inComplete], w => Assert.Equal((1, null), (w.Disposed, w.Breach)));
    }

    [Fact]
    public void What_was_used_is_the_sum_of_what_was_held()
    {
        var workers = Enumerable.Range(0, 3).Select(_ => Script.Forever(0, busBytes: 10)).ToArray();
        for (var i = 0; i < workers.Length; i++)
        {
            _cores.Attach(workers[i].As(i));
        }

        _cores.RunSlice(500_000);
        Assert.Equal(workers.Sum(w => w.HeldNs), _cores.Use.BusyNs);
        Assert.Equal(10.0 * workers.Sum(w => w.Quanta.Count), _cores.Use.BusBytes);
        Assert.InRange(workers.Max(w => w.Quanta.Count) - workers.Min(w => w.Quanta.Count), 0, 1);
    }

    private void RunUntilClosed()
    {
        while (_cores.RunSlice(200_000))
        {
        }
    }

    /// <summary>Attaches workers of all kinds and detaches half of them at some moment.</summary>
    private List<(Schedulable Schedulable, ScriptedWorker Worker, bool MustDepart)> OwnWorkers(int vm, int count)
    {
        var random = new Random(vm);
        var owned = new List<(Schedulable, ScriptedWorker, bool)>();
        for (var i = 0; i < count; i++)
        {
            var worker = (i % 5) switch
            {
                0 => Script.Forever(0),
                1 => Script.Of(new Step(0), new Step(0, AfterQuantum.Sleeping, random.Next(100_000))),
                2 => Script.Of(new Step(0), new Step(0, AfterQuantum.Finished)),
                3 => Script.Of(new Step(0) { ThrowsInExecute = random.Next(2) == 0, ThrowsInComplete = true }),
                _ => Script.Of(new Step(0, AfterQuantum.Sleeping, 1), new Step(0, AfterQuantum.Finished)),
            };
            var schedulable = worker.As(vm, i);
            _cores.Attach(schedulable);
            Thread.SpinWait(random.Next(2000));
            var detached = random.Next(2) == 0;
            var isGone = detached && _cores.Detach(schedulable);
            Assert.True(!isGone || worker.Disposed == 1, "detached, but not disposed");
            owned.Add((schedulable, worker, detached && !isGone));
        }

        return owned;
    }
}
