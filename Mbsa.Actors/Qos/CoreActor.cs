using Akka.Actor;
using Mbsa.Cores.Playing;

namespace Mbsa.Actors.Qos;

/// <summary>
/// One core of a host under the wall clock: a thread of the cores' dispatcher that runs quanta. It lets go of the thread after each slice,
/// so that mailboxes are heard even where the machine has no processor left for the dispatcher's spare thread; but not often: whoever runs
/// alone would be taken over by an idle core in that moment, and leave its caches behind.
/// </summary>
internal sealed class CoreActor : ReceiveActor
{
    private const long SliceNs = 5_000_000;

    /// <summary>A core that waits to be told to run.</summary>
    public CoreActor(WallCores cores)
    {
        Receive<Run>(_ =>
        {
            if (cores.RunSlice(SliceNs))
            {
                Self.Forward(Run.Instance);
            }
            else
            {
                Sender.Tell(Parked.Instance);
            }
        });
    }

    /// <summary>To a core: run quanta until the cores are closed.</summary>
    internal sealed record Run
    {
        public static readonly Run Instance = new();
    }

    /// <summary>From a core: it came to rest.</summary>
    internal sealed record Parked
    {
        public static readonly Parked Instance = new();
    }
}
