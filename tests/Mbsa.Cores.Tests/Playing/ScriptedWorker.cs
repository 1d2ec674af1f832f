using Mbsa.Cores.Queue;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>One quantum of a script: what it asks for, and what comes after it.</summary>
/// <param name="CoreNs">Core time it takes.</param>
/// <param name="Next">What the worker wants afterwards.</param>
/// <param name="SleepNs">How long it sleeps then, or is blocked at most.</param>
/// <param name="BusBytes">Bytes over the bus.</param>
internal sealed record Step(double CoreNs, AfterQuantum Next = AfterQuantum.Ready, long SleepNs = 0, double BusBytes = 0)
{
    /// <summary>Executing it throws.</summary>
    public bool ThrowsInExecute { get; init; }

    /// <summary>Completing it throws.</summary>
    public bool ThrowsInComplete { get; init; }

    /// <summary>Completing it rings this.</summary>
    public Doorbell? Rings { get; init; }
}

/// <summary>
/// A worker that follows a script, over and over, writes down what happens to it,
/// and insists on the contract of <see cref="IQuantumWorker"/>.
/// </summary>
internal sealed class ScriptedWorker(IReadOnlyList<Step> steps) : IQuantumWorker
{
    /// <summary>Quanta completed, for other threads to look at.</summary>
    public int Rounds;

    private int _next;
    private int _inside;
    private bool _executing;
    private bool _threw;
    private int _disposed;

    /// <summary>Start and end of each quantum that was completed.</summary>
    public List<(long StartNs, long EndNs)> Quanta { get; } = [];

    /// <summary>How long each of them was on no core, because it was cut off.</summary>
    public List<long> AwayNs { get; } = [];

    /// <summary>Starts of all quanta, completed or not.</summary>
    public List<long> Starts { get; } = [];

    /// <summary>What wakes it when a step leaves it blocked.</summary>
    public Doorbell? Doorbell { get; init; }

    /// <summary>From when it is ready when it comes to the cores.</summary>
    public long ReadyFromNs { get; init; } = long.MinValue;

    /// <summary>Quanta at whose start it found its doorbell rung.</summary>
    public int Answers { get; private set; }

    public long HeldNs => Quanta.Sum(q => q.EndNs - q.StartNs);

    /// <summary>What was done to it against the contract; null when nothing.</summary>
    public string? Breach { get; private set; }

    public int Disposed => Volatile.Read(ref _disposed);

    /// <summary>Called in <see cref="Dispose"/>.</summary>
    public Action? OnDispose { get; init; }

    private Step Current => steps[_next % steps.Count];

    public WorkVector Execute(long startNs, long budgetNs)
    {
        Enter(!_executing, "executed twice without completing");
        _executing = true;
        Starts.Add(startNs);
        Answers += Doorbell?.TryAnswer(out _) == true ? 1 : 0;
        var step = Current;
        Throw(step.ThrowsInExecute);
        Interlocked.Decrement(ref _inside);
        return new WorkVector(step.CoreNs, step.BusBytes, 0);
    }

    public QuantumOutcome Complete(long endNs, Passage passage)
    {
        Enter(_executing, "completed without executing");
        _executing = false;
        var step = Current;
        Throw(step.ThrowsInComplete);
        _next++;
        Rounds++;
        Quanta.Add((Starts[^1], endNs));
        AwayNs.Add(passage.AwayNs);
        Interlocked.Decrement(ref _inside);
        step.Rings?.Ring(endNs);
        return new QuantumOutcome(step.Next, step.SleepNs == long.MaxValue ? long.MaxValue : endNs + step.SleepNs, 1);
    }

    public void Dispose()
    {
        if (Interlocked.Increment(ref _disposed) > 1)
        {
            Breach ??= "disposed twice";
        }

        if (Volatile.Read(ref _inside) != 0 && !_threw)
        {
            Breach ??= "disposed while a core was in it";
        }

        OnDispose?.Invoke();
    }

    private void Enter(bool allowed, string breach)
    {
        if (Interlocked.Increment(ref _inside) != 1)
        {
            Breach ??= "two cores at once";
        }
        else if (Disposed > 0 || _threw)
        {
            Breach ??= "called after its end";
        }
        else if (!allowed)
        {
            Breach ??= breach;
        }
    }

    private void Throw(bool throws)
    {
        if (throws)
        {
            _threw = true;
            throw new InvalidOperationException("as the script says");
        }
    }
}

/// <summary>Short ways to write scripts.</summary>
internal static class Script
{
    /// <summary>The same quantum for ever.</summary>
    public static ScriptedWorker Forever(double coreNs, double busBytes = 0) => new([new Step(coreNs, BusBytes: busBytes)]);

    /// <summary>A quantum after which the worker waits for its doorbell, for ever if need be.</summary>
    public static Step Blocking(double coreNs) => new(coreNs, AfterQuantum.Blocked, long.MaxValue);

    /// <summary>Step by step.</summary>
    public static ScriptedWorker Of(params Step[] steps) => new(steps);

    /// <summary>The worker as a schedulable.</summary>
    public static Schedulable As(this ScriptedWorker worker, int vm, int vcpu = 0) => new(new SchedulableId(vm, vcpu), worker);
}
