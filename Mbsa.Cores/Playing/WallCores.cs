using Mbsa.Cores.Queue;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Playing;

/// <summary>
/// The cores of a host under the wall clock: threads that take the next quantum from one shared queue.
/// A quantum costs one short lock and no message; a core with nothing to run waits for the next sleeper.
/// </summary>
public sealed class WallCores(RunQueue queue, RunClock clock) : ICores
{
    /// <summary>A sleeper due sooner than this is waited for on the core: a blocked thread wakes up to a millisecond late.</summary>
    private const long SpinNs = 2_000_000;

    private readonly object _lock = new();
    private readonly Sleepers _sleepers = new();
    private readonly Attendance _attended = new();
    private CoreUse _use;
    private long _overheadNs;
    private long _untilNs;
    private bool _idle;

    /// <summary>Hears of every departure, on the thread of the core it happened on.</summary>
    public event Action<Departure>? Departed;

    /// <inheritdoc/>
    public long NowNs => clock.NowNs;

    /// <inheritdoc/>
    public CoreUse Use => Locked(() => _use);

    /// <inheritdoc/>
    public long OverheadNs => Volatile.Read(ref _overheadNs);

    /// <inheritdoc/>
    public ulong? TraceHash => null;

    /// <summary>Whether there is anybody who can still run, or who left and may come back.</summary>
    public bool HasWork => Locked(() => _attended.HasRunners);

    /// <inheritdoc/>
    public void Attach(Schedulable schedulable)
    {
        schedulable.Worker.Doorbell?.Connect(() => Wake(schedulable));
        lock (_lock)
        {
            _attended.Add(schedulable);
            if (schedulable.Worker.ReadyFromNs > clock.NowNs)
            {
                _sleepers.Add(schedulable, schedulable.Worker.ReadyFromNs);
            }
            else
            {
                queue.Enqueue(schedulable, clock.NowNs);
            }

            Monitor.Pulse(_lock);
        }
    }

    /// <inheritdoc/>
    public bool Detach(Schedulable schedulable)
    {
        lock (_lock)
        {
            if (schedulable.IsRetired)
            {
                return !schedulable.IsRunning;
            }

            Retire(schedulable);
            if (schedulable.IsRunning)
            {
                return false; // its core disposes the worker when the quantum ends
            }
        }

        schedulable.Worker.Dispose();
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>While time stands still no core is in a quantum, and none begins one.</remarks>
    public long EndQuanta(int vm, List<Departure> departures) => NowNs;

    /// <summary>
    /// Does something with the run queue between two quanta. Those that are under way are booked before:
    /// their core time, of what else they use nobody knows yet.
    /// </summary>
    public void WithQueue(Action<RunQueue, long> action)
    {
        lock (_lock)
        {
            var nowNs = clock.NowNs;
            foreach (var running in _attended.Running)
            {
                queue.Book(running, new WorkVector(Math.Clamp(nowNs - running.GrantedAtNs, 0, running.GrantedNs), 0, 0));
            }

            action(queue, nowNs);
        }
    }

    /// <summary>Lets cores run until a moment; they come back from <see cref="RunSlice"/> by themselves.</summary>
    /// <param name="untilNs">The moment.</param>
    /// <param name="idle">Whether time passes also when nobody is there to run.</param>
    public void Open(long untilNs, bool idle)
    {
        lock (_lock)
        {
            (_untilNs, _idle) = (untilNs, idle);
        }
    }

    /// <summary>Calls the cores back: each returns after the quantum it runs.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _untilNs = 0;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Whoever heard of a departure (<see cref="Departed"/>) has seen to it. Until then there is work: it may come back.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            _attended.Settle();
        }
    }

    /// <summary>Runs quanta on the calling thread.</summary>
    /// <param name="sliceNs">Comes back after about this long, so that the thread can do other things.</param>
    /// <returns>Whether there is more to run.</returns>
    public bool RunSlice(long sliceNs)
    {
        var freeSinceNs = clock.NowNs;
        var sliceEndsNs = freeSinceNs + sliceNs;
        while (true)
        {
            Schedulable? next;
            long nowNs, budgetNs;
            lock (_lock)
            {
                nowNs = clock.NowNs;
                if (nowNs >= _untilNs || (!_attended.HasRunners && !_idle))
                {
                    return false;
                }

                if (nowNs >= sliceEndsNs)
                {
                    return true;
                }

                while (_sleepers.NextNs <= nowNs)
                {
                    queue.Enqueue(_sleepers.WakeFirst(), nowNs);
                }

                next = queue.Dequeue(nowNs, out budgetNs);
                if (next is null)
                {
                    WaitForSomebody(nowNs);
                    freeSinceNs = clock.NowNs;
                    continue;
                }

                (next.IsRunning, next.GrantedAtNs, next.GrantedNs) = (true, nowNs, budgetNs);
                _overheadNs += nowNs - freeSinceNs;
            }

            freeSinceNs = RunQuantum(next, nowNs, budgetNs);
        }
    }

    /// <returns>When the core was free again; what comes between then and the next quantum is the scheduler's.</returns>
    private long RunQuantum(Schedulable schedulable, long startNs, long budgetNs)
    {
        var (work, operations, endNs) = (default(WorkVector), 0L, startNs);
        QuantumOutcome outcome;
        try
        {
            do
            {
                work += schedulable.Worker.Execute(endNs, budgetNs - (endNs - startNs));
                endNs = clock.NowNs;
                outcome = schedulable.Worker.Complete(endNs);
                operations += outcome.Operations;
            }
            while (outcome.Next == AfterQuantum.Continuing && endNs - startNs < budgetNs);
        }
        catch (Exception failure)
        {
            Leave(schedulable, failure);
            return clock.NowNs;
        }

        lock (_lock)
        {
            _use = new CoreUse(_use.BusyNs + endNs - startNs, _use.BusBytes + work.BusBytes, _use.NvmNs + work.NvmNs);
            queue.Charge(schedulable, new QuantumUse(endNs - startNs, work, operations), endNs);
            if (!schedulable.IsRetired && outcome.Next != AfterQuantum.Finished)
            {
                schedulable.IsRunning = false;
                Follow(schedulable, outcome, endNs);
                return endNs;
            }
        }

        Leave(schedulable, null);
        return endNs;
    }

    private void Follow(Schedulable schedulable, in QuantumOutcome outcome, long nowNs)
    {
        switch (outcome.Next)
        {
            case AfterQuantum.Sleeping:
                _sleepers.Add(schedulable, outcome.WakeAtNs);
                break;
            case AfterQuantum.Blocked when schedulable.Worker.Doorbell is not { IsRung: true }:
                schedulable.IsBlocked = true;
                _sleepers.Add(schedulable, outcome.WakeAtNs);
                _attended.Blocked(schedulable);
                break;
            default:
                queue.Enqueue(schedulable, nowNs);
                break;
        }
    }

    /// <summary>Its doorbell rang, on whatever thread. Whoever is not blocked sees for itself, before it blocks.</summary>
    private void Wake(Schedulable schedulable)
    {
        lock (_lock)
        {
            if (schedulable is { IsBlocked: true, IsRetired: false })
            {
                _attended.Waking(schedulable);
                Sleepers.Wake(schedulable);
                queue.Enqueue(schedulable, clock.NowNs);
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>
    /// A schedulable comes off its core for good. It counts as running until its worker is disposed: whoever detaches it frees memory next.
    /// </summary>
    private void Leave(Schedulable schedulable, Exception? failure)
    {
        schedulable.Worker.Dispose();
        lock (_lock)
        {
            schedulable.IsRunning = false;
            Retire(schedulable);
            _attended.AwaitSettling();
        }

        Departed?.Invoke(new Departure(schedulable, failure));
    }

    private void Retire(Schedulable schedulable)
    {
        _attended.Remove(schedulable);
        schedulable.IsRetired = true;
        queue.Leave(schedulable, clock.NowNs);
        Monitor.PulseAll(_lock);
    }

    private T Locked<T>(Func<T> look)
    {
        lock (_lock)
        {
            return look();
        }
    }

    /// <summary>Gives up the lock until somebody may be ready: briefly if that is soon, else for a millisecond or until a pulse.</summary>
    private void WaitForSomebody(long nowNs)
    {
        var dueNs = Math.Min(Math.Min(_sleepers.NextNs, queue.NextNs), _untilNs);
        if (dueNs - nowNs > SpinNs)
        {
            // Not longer: a sleeper that others put to bed meanwhile may be due before. Not spinning:
            // that would take from a core's twin, where two are one.
            Monitor.Wait(_lock, 1);
            return;
        }

        Monitor.Exit(_lock);
        Thread.SpinWait(20);
        Monitor.Enter(_lock);
    }
}
