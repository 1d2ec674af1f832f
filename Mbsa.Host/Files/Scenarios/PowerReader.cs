using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads those of <c>events</c> that take the power from the only host, or give it back.</summary>
internal sealed class PowerReader(Problems problems)
{
    private const string Power = HostEventReader.Power;

    private readonly List<EventMap> _events = [];

    /// <summary>Number of events so far.</summary>
    public int Count => _events.Count;

    /// <summary>Reads one entry.</summary>
    public void Read(EventMap entry)
    {
        entry.Change(VmEventReader.ChangesWith(null));
        entry.Refuse("vm", $"'{Power}' is of the whole host with all its VMs; leave 'vm' out");
        entry.Refuse("every", $"'every' is for an event that happens to several in turn; '{Power}' happens to the one host");
        _events.Add(entry);
    }

    /// <summary>The failures in order of time. The power is away <c>for</c> so long, or until it is switched on, or for good.</summary>
    /// <param name="durationNs">How long the run is, in nanoseconds.</param>
    public ImmutableArray<PowerFailure> InOrder(long durationNs)
    {
        var failures = ImmutableArray.CreateBuilder<PowerFailure>();
        EventMap? off = null;
        foreach (var entry in _events.OrderBy(entry => entry.AtNs))
        {
            if (entry.AtNs > durationNs)
            {
                EventMap.WarnOfLate(entry.Map, durationNs, problems);
            }

            switch (entry.Map.Choice(Power, HostEventReader.Powers))
            {
                case HostChange.Return:
                    End(entry, off, failures);
                    off = null;
                    break;
                case HostChange.Lose:
                    CheckIsOn(entry, failures);
                    off = entry.Map.Find("for") is null ? entry : null;
                    failures.Add(new PowerFailure(entry.AtNs, off is null ? entry.ForNs ?? 0 : EventMap.LatestNs - entry.AtNs));
                    break;
                default:
                    break;
            }
        }

        return failures.ToImmutable();
    }

    private void End(EventMap on, EventMap? off, ImmutableArray<PowerFailure>.Builder failures)
    {
        on.Refuse("for", HostEventReader.NotFor);
        if (off is null)
        {
            problems.Error(on.Map.LineOf(Power), "the power is not away; it cannot come back");
            return;
        }

        failures[^1] = new PowerFailure(off.AtNs, on.AtNs - off.AtNs);
    }

    private void CheckIsOn(EventMap entry, ImmutableArray<PowerFailure>.Builder failures)
    {
        if (failures.LastOrDefault() is { } last && entry.AtNs < last.AtNs + last.OutageNs)
        {
            var end = last.AtNs + last.OutageNs;
            problems.Error(entry.Map.LineOf("at"), $"the power has been away since {Format(last.AtNs)} and comes back "
                + $"{(end == EventMap.LatestNs ? "never" : $"at {Format(end)}")}; it cannot fail before");
        }

        static string Format(long ns) => QuantityText.Format(ns, Dimension.Time);
    }
}
