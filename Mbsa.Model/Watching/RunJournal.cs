using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Model.Watching;

/// <summary>
/// What happened in a run, in order; the last few hundred entries. Any thread may write and read: it is written when somebody decides,
/// never per quantum.
/// </summary>
public sealed class RunJournal(Func<long> nowNs)
{
    /// <summary>Entries that are kept.</summary>
    public const int Capacity = 500;

    private readonly Lock _lock = new();
    private readonly Queue<RunEvent> _entries = [];
    private readonly List<Action<RunEvent>> _listeners = [];
    private long _next;

    /// <summary>Entries from a number on, the oldest first; those that are too old are gone.</summary>
    public ImmutableArray<RunEvent> Since(long number)
    {
        lock (_lock)
        {
            return [.. _entries.Where(entry => entry.Number >= number)];
        }
    }

    /// <summary>
    /// Entries as a report tells them: those of one moment in the order of the VMs they are about, before them what is about none. They
    /// were written by the actors of VMs, whichever was quicker; a report does not depend on that.
    /// </summary>
    /// <param name="entries">Entries as they were written.</param>
    /// <param name="vms">The VMs of the scenario.</param>
    public static ImmutableArray<RunEvent> InOrder(IEnumerable<RunEvent> entries, ImmutableArray<VmSpec> vms)
    {
        entries = [.. entries];
        if (!entries.Any())
        {
            return []; // as of nearly every step of a host
        }

        var places = vms.Select((vm, place) => (vm.Name, place)).ToDictionary(vm => vm.Name, vm => vm.place);
        return [.. entries.OrderBy(entry => entry.ClockNs).ThenBy(entry => entry.Vm is { } vm ? places[vm] : -1)];
    }

    /// <summary>
    /// Hears of every entry, of those that are there first. Called under the journal's lock: it must be quick, and may not write.
    /// </summary>
    public void Listen(Action<RunEvent> listener)
    {
        lock (_lock)
        {
            foreach (var entry in _entries)
            {
                listener(entry);
            }

            _listeners.Add(listener);
        }
    }

    /// <summary>Writes an entry; its number and time are the journal's to give.</summary>
    public void Add(RunEvent entry)
    {
        lock (_lock)
        {
            entry = entry with { Number = _next++, ClockNs = nowNs() };
            _entries.Enqueue(entry);
            if (_entries.Count > Capacity)
            {
                _entries.Dequeue();
            }

            foreach (var listener in _listeners)
            {
                listener(entry);
            }
        }
    }
}
