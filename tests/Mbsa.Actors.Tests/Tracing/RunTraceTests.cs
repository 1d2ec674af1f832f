using System.Collections.Concurrent;
using Akka.Configuration;
using Mbsa.Actors.Runs;
using Mbsa.Actors.Tracing;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Memory;

namespace Mbsa.Actors.Tests.Tracing;

/// <summary>There is something to look at when a run hangs, and nothing when it does not.</summary>
public sealed class RunTraceTests
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_run_that_comes_to_nothing_says_where_it_waits_and_goes_on()
    {
        var trace = new RunTrace(_lines.Enqueue) { Time = _time };
        using var watch = new RunWatch(trace, ["left", "right"]);
        var answer = new TaskCompletionSource<int>();
        watch.Hosts[0].Clock = () => 1_500_000;
        await watch.Hosts[1].OverAsync(() => "Stop 'b'", 0, Task.FromResult(0), _ => "Done");
        var pending = watch.Hosts[0].OverAsync(() => "Pause 'a'", 1_500_000, answer.Task, _ => "Paused");
        _time.Pass(seconds: 30);
        Assert.Empty(_lines);
        _time.Pass(seconds: 1);
        Assert.Equal("no progress for 30 s: left is at Pause 'a' at 1.5 ms since 12:00:00", Assert.Single(_lines)[13..]);
        _time.Pass(seconds: 100);
        Assert.Single(_lines); // once each time

        answer.SetResult(0);
        await pending;
        _time.Pass(seconds: 31);
        Assert.EndsWith("every host waits to be told what to do", _lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, _lines.Count);
    }

    [Fact]
    public void A_clock_that_advances_is_progress_until_it_is_where_it_shall_be()
    {
        var nowNs = 0L;
        using var watch = new RunWatch(new RunTrace(_lines.Enqueue) { Time = _time }, ["host"]);
        watch.Hosts[0].Clock = () => nowNs;
        _ = watch.Hosts[0].OverAsync(() => "RunUntil 50 ns", 50, new TaskCompletionSource<int>().Task, _ => "");
        for (; nowNs < 50; nowNs++)
        {
            _time.Pass(seconds: 20);
        }

        Assert.Empty(_lines);
        for (; nowNs < 60; nowNs++)
        {
            _time.Pass(seconds: 20); // the wall's clock goes on whatever happens
        }

        Assert.Contains("host is at RunUntil 50 ns", Assert.Single(_lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_carries_a_part_of_the_hosts_does_not_speak_for_the_others()
    {
        using var watch = new RunWatch(new RunTrace(_lines.Enqueue) { Time = _time }, ["host"], isComplete: false);
        _time.Pass(seconds: 100);
        Assert.Empty(_lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_verbose_run_tells_its_steps(bool isVerbose)
    {
        var scenario = Lab.Scenario(Lab.Vm("a")).At(5 * Lab.Millisecond, "a", new VmChange.Stop());
        var trace = new RunTrace(_lines.Enqueue) { IsVerbose = isVerbose };
        await ScenarioRun.Start(scenario, new MemoryLedger(), trace).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        if (isVerbose)
        {
            string[] steps = [.. _lines.Where(line => !line.Contains(" akka ", StringComparison.Ordinal)).Select(line => line[13..])];
            Assert.Equal(
                ["Start 'a': Done", "Measure 'a': Done", "BeginAccounts: Done", "RunUntil 5 ms: reached", "Stop 'a': Done"],
                steps.Take(5).Select(step => step[(step.IndexOf(": ", StringComparison.Ordinal) + 2)..]));
            Assert.Contains("at 5 ms: Stop 'a'", steps[4], StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty(_lines);
        }
    }

    [Fact]
    public async Task Dead_letters_are_told()
    {
        var trace = new RunTrace(_lines.Enqueue) { IsVerbose = true };
        var silent = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }");
        var system = AkkaLog.CreateSystem("test", silent, trace);
        for (var i = 0; i < 100 && !_lines.Any(line => line.Contains("nobody", StringComparison.Ordinal)); i++)
        {
            system.ActorSelection("/user/nobody").Tell("hello"); // what Akka hears dead letters with may not have started yet
            await Task.Delay(50);
        }

        await system.Terminate();
        Assert.Contains(_lines, line => line.Contains("akka InfoLevel", StringComparison.Ordinal)
            && line.Contains("nobody", StringComparison.Ordinal));
    }

    /// <summary>Time that passes when the test says so.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<(TimerCallback Tick, object? State)> _timers = [];
        private int _seconds;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds;

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(_seconds);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((callback, state));
            return new Timer();
        }

        public void Pass(int seconds)
        {
            for (; seconds > 0; seconds--)
            {
                _seconds++;
                _timers.ForEach(timer => timer.Tick(timer.State));
            }
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
