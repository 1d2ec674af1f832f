using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Mbsa.Actors.Tracing;

/// <summary>Tells what an actor system logs, its dead letters among it.</summary>
internal static class AkkaLog
{
    /// <summary>Makes an actor system, whose log is told where everything is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="configuration">Its configuration, which logs nothing.</param>
    /// <param name="trace">Where it is told.</param>
    public static ActorSystem CreateSystem(string name, Config configuration, RunTrace trace)
    {
        if (!trace.IsVerbose)
        {
            return ActorSystem.Create(name, configuration);
        }

        // Akka's own logger writes to standard output, where the result goes: ours takes its place.
        var system = ActorSystem.Create(name, ConfigurationFactory.ParseString("""
            akka { loglevel = DEBUG, loggers = [], log-dead-letters = on, log-dead-letters-during-shutdown = on }
            """).WithFallback(configuration));
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Listener(trace)), "log"), typeof(LogEvent));
        return system;
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(RunTrace trace) =>
            Receive<LogEvent>(entry => trace.Say($"{trace.Now()} akka {entry.LogLevel()}: {entry.LogSource}: {entry.Message}"));
    }
}
