using System.Globalization;

namespace Mbsa.Actors.Tracing;

/// <summary>What one host is at, written by whoever has it do something and read from any thread.</summary>
/// <param name="trace">Where it is told.</param>
/// <param name="name">What people call the host.</param>
internal sealed class HostWatch(RunTrace trace, string name)
{
    private volatile Work? _work;
    private long _count;

    /// <summary>The host's clock, in nanoseconds of the scenario's; null where it is not to be seen from here.</summary>
    public Func<long>? Clock { get; set; }

    /// <summary>What only grows while anything comes of what the host is at.</summary>
    public long Progress => Volatile.Read(ref _count) + (_work is { } work && Clock is { } clock ? Math.Min(clock(), work.UntilNs) : 0);

    /// <summary>What the host is at and since when, for people; null when it is at nothing.</summary>
    public string? Describe() => _work is { } work
        ? $"{name} is at {work.What()}{ClockText()} since {work.Since:HH:mm:ss}"
        : null;

    /// <summary>The host is at something until it is done, which is told if everything is.</summary>
    /// <param name="what">What, for people.</param>
    /// <param name="untilNs">How far its clock goes meanwhile.</param>
    /// <param name="task">Ends with it.</param>
    /// <param name="answer">The answer, for people.</param>
    public async Task<T> OverAsync<T>(Func<string> what, long untilNs, Task<T> task, Func<T, string> answer)
    {
        Interlocked.Increment(ref _count);
        _work = new Work(what, untilNs, trace.Time.GetLocalNow());
        var result = await task;
        _work = null;
        if (trace.IsVerbose)
        {
            trace.Say($"{trace.Now()} {name}{ClockText()}: {what()}: {answer(result)}");
        }

        return result;
    }

    private string ClockText() => Clock is { } clock ? string.Create(CultureInfo.InvariantCulture, $" at {clock() / 1e6:0.######} ms") : "";

    private sealed record Work(Func<string> What, long UntilNs, DateTimeOffset Since);
}
