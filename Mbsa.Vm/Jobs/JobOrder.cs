using System.Collections.Immutable;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// Which jobs of a VM begin when others have ended, and who ends with whom: fio's <c>stonewall</c>, <c>wait_for</c> and <c>exitall</c>, by
/// the rules of its main loop. Jobs are let go in the order of the file; one whose start delay is not over is passed over, and a
/// <c>stonewall</c> job, and with it all behind it, waits until nobody runs. Used between quanta, by several threads.
/// </summary>
public sealed class JobOrder
{
    private readonly Lock _changing = new();
    private readonly ImmutableArray<Entry> _entries;
    private readonly bool _exitsAll;
    private bool _isRestored;
    private long _lastNs;

    private JobOrder(ImmutableArray<Entry> entries)
    {
        _entries = entries;
        _exitsAll = entries.Any(entry => entry.Job.ExitAll);
    }

    private enum Stage
    {
        Waiting,
        Running,
        Over,
    }

    /// <summary>The order of a VM's jobs; null when none of them waits for another or ends with one.</summary>
    /// <param name="jobs">The jobs, in their order.</param>
    /// <param name="nowNs">The scenario's clock now; start delays count from here.</param>
    public static JobOrder? Of(IEnumerable<JobSpec> jobs, long nowNs)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var isNeeded = false;
        foreach (var (job, group) in JobGroups.Of(jobs))
        {
            isNeeded |= (job.Stonewall && entries.Count > 0) || job.WaitFor is not null || job.ExitAll;
            for (var clone = 0; clone < job.NumJobs; clone++)
            {
                entries.Add(new Entry(job, group, isFirst: clone == 0, nowNs + job.StartDelayNs));
            }
        }

        if (!isNeeded)
        {
            return null;
        }

        var order = new JobOrder(entries.ToImmutable());
        order.Settle(nowNs);
        return order;
    }

    /// <summary>Lets go all whose turn has come.</summary>
    public void Settle(long nowNs)
    {
        lock (_changing)
        {
            LetGo(nowNs);
        }
    }

    internal long DueNsOf(int place) => _entries[place].DueNs;

    internal long? StartNsOf(int place) => _entries[place].StartNs is >= 0 and var ns ? ns : null;

    internal bool IsOver(int place) => _entries[place].Stage == Stage.Over;

    internal void WakeBy(int place, Action<long> wake) => _entries[place].Wake = wake;

    internal void End(int place, long nowNs)
    {
        lock (_changing)
        {
            var entry = _entries[place];
            if (entry.Stage == Stage.Over)
            {
                return;
            }

            entry.Stage = Stage.Over;
            foreach (var other in _entries.Where(other => _exitsAll && other.Stage != Stage.Over && EndsWith(other, entry)))
            {
                other.Stage = Stage.Over;
                other.Wake?.Invoke(nowNs);
            }

            LetGo(nowNs);
        }
    }

    /// <summary>Writes down how all of them stand.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        lock (_changing)
        {
            foreach (var entry in _entries)
            {
                to.Write((byte)entry.Stage);
                to.Write(entry.DueNs);
                to.Write(entry.StartNs);
            }
        }
    }

    /// <summary>Goes on where an order of the same jobs stood; the first time, since every VCPU has written it down.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        lock (_changing)
        {
            foreach (var entry in _entries)
            {
                var (stage, dueNs, startNs) = ((Stage)from.ReadByte(), from.ReadInt64(), from.ReadInt64());
                if (!_isRestored)
                {
                    (entry.Stage, entry.DueNs, entry.StartNs) = (stage, dueNs, startNs);
                }
            }

            _isRestored = true;
        }
    }

    private static bool EndsWith(Entry other, Entry ended) => ended.Job.ExitWhat switch
    {
        ExitWhat.All => true,
        ExitWhat.Stonewall => other.Stage == Stage.Running,
        _ => other.Group == ended.Group,
    };

    private void LetGo(long nowNs)
    {
        // Real cores bring what they saw in another order: nobody begins before the end that it waited for.
        nowNs = _lastNs = Math.Max(_lastNs, nowNs);
        var running = _entries.Count(entry => entry.Stage == Stage.Running);
        foreach (var entry in _entries)
        {
            if (entry.Stage != Stage.Waiting || entry.DueNs > nowNs)
            {
                continue;
            }

            if (entry.IsFirst && entry.Job.Stonewall && running > 0)
            {
                return;
            }

            if (entry.Job.WaitFor is { } name && _entries.Any(other => other.Job.Name == name && other.Stage != Stage.Over))
            {
                continue;
            }

            entry.StartNs = nowNs;
            entry.Stage = Stage.Running;
            running++;
            entry.Wake?.Invoke(nowNs);
        }
    }

    /// <summary>One clone. The stage is read without the lock, and written after what goes with it.</summary>
    private sealed class Entry(JobSpec job, int group, bool isFirst, long dueNs)
    {
        private long _startNs = -1;
        private int _stage;

        public JobSpec Job { get; } = job;

        public int Group { get; } = group;

        public bool IsFirst { get; } = isFirst;

        public long DueNs { get; set; } = dueNs;

        public Action<long>? Wake { get; set; }

        public long StartNs
        {
            get => Volatile.Read(ref _startNs);
            set => Volatile.Write(ref _startNs, value);
        }

        public Stage Stage
        {
            get => (Stage)Volatile.Read(ref _stage);
            set => Volatile.Write(ref _stage, (int)value);
        }
    }
}
