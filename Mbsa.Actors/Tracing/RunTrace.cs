namespace Mbsa.Actors.Tracing;

/// <summary>
/// What is told beside the result of a run, for whoever looks for what is wrong: where it waits when nothing comes of it for long; and,
/// where that was asked for, every step of every host and what Akka.NET has to say.
/// </summary>
/// <param name="say">Hears lines, from any thread.</param>
public sealed class RunTrace(Action<string> say)
{
    /// <summary>Whether every step is told, and Akka.NET's log with its dead letters.</summary>
    public bool IsVerbose { get; set; }

    /// <summary>Nobody listens.</summary>
    internal static RunTrace None { get; } = new(_ => { }) { Patience = Timeout.InfiniteTimeSpan };

    /// <summary>How long nothing may come of a run, of the machine's time, before it is told where it waits.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The machine's time.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Tells a line.</summary>
    internal void Say(string line) => say(line);

    /// <summary>The machine's time of day, to a millisecond.</summary>
    internal string Now() => $"{Time.GetLocalNow():HH:mm:ss.fff}";
}
