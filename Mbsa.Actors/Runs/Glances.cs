using System.Collections.Immutable;
using System.Diagnostics;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>
/// Sees to it that the hosts of a run show their VMs now and then, and passes that on. Called between two epochs, on the conductor's
/// thread.
/// </summary>
/// <param name="vms">VMs of the scenario.</param>
/// <param name="tell">Hears how the run stands and what has happened since.</param>
internal sealed class Glances(int vms, Action<LiveSnapshot, ImmutableArray<RunEvent>> tell)
{
    /// <summary>
    /// Who watches is told at most so often: more would cost more than it shows. Grows with the VMs, whose samples travel.
    /// </summary>
    private const double MinSeconds = 0.25, SecondsPerVm = 0.001;

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    /// <summary>An epoch is over.</summary>
    public void Show(Conductor conductor)
    {
        if (conductor.Look() is { } snapshot)
        {
            tell(snapshot, conductor.TakeEvents());
            _sinceLast.Restart();
        }
        else if (_sinceLast.Elapsed.TotalSeconds > MinSeconds + SecondsPerVm * vms)
        {
            conductor.WantLook();
        }
    }
}
