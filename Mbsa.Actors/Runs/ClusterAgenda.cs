using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>
/// What is still to happen in a run on several hosts, in order of time. At one moment hosts come first that are added or come back, and links; then VMs have
/// their events; then hosts are drained, lost or cut off.
/// </summary>
internal sealed class ClusterAgenda
{
    private readonly PriorityQueue<object, (long AtNs, int Rank, int Place)> _happenings = new();

    /// <summary>All that a scenario asks for.</summary>
    public ClusterAgenda(ScenarioSpec scenario)
    {
        foreach (var happening in scenario.Events)
        {
            Add(happening, happening.AtNs, 1);
        }

        foreach (var happening in scenario.Cluster!.Events)
        {
            Add(happening, happening.AtNs, happening.Change is HostChange.Add or HostChange.Return or HostChange.LinkUp ? 0 : 2);
        }
    }

    /// <summary>When the next thing happens, in nanoseconds after the measured part began; <see cref="long.MaxValue"/> when nothing will.</summary>
    public long NextNs => _happenings.TryPeek(out _, out var order) ? order.AtNs : long.MaxValue;

    /// <summary>Takes the next thing that happens until a moment: a <see cref="ScenarioEvent"/> or a <see cref="HostEvent"/>; null when there is none.</summary>
    public object? Take(long untilNs) => NextNs <= untilNs ? _happenings.Dequeue() : null;

    private void Add(object happening, long atNs, int rank) => _happenings.Enqueue(happening, (atNs, rank, _happenings.Count));
}
