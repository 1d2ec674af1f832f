using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>events</c> and puts them in order of time. Used once.</summary>
internal sealed class EventReader(VmList vms, HostList? hosts, Problems problems)
{
    private const int MostEvents = 10_000;
    private const string PowerFails = "power-failure";

    private static readonly string[] _ofHosts = [.. HostEventReader.Changes.Where(change => change != PowerFails), "host", "for"];
    private static readonly string[] _keys = ["at", "vm", "every", .. VmEventReader.Changes, "migrate", PowerFails, .. _ofHosts];

    private readonly VmEventReader _vmEvents = new(vms, hosts, problems);
    private readonly HostEventReader? _hostEvents = hosts is null ? null : new HostEventReader(hosts, vms, problems);
    private readonly List<EventMap> _powerFailures = [];

    /// <summary>The events of a scenario.</summary>
    public EventList ReadAll(MappingReader scenario, long durationNs)
    {
        var items = scenario.List("events");
        foreach (var item in items.TakeWhile(_ => !problems.IsFull && Count <= MostEvents))
        {
            Read(item);
        }

        if (Count > MostEvents || items.Length > MostEvents)
        {
            problems.Error(scenario.LineOf("events"), $"there are {Math.Max(Count, items.Length)} events or more, "
                + $"those of a pattern counted singly; at most {MostEvents} are allowed");
        }

        var failures = PowerFailures(durationNs);
        var ofVms = _vmEvents.InOrder(failures, durationNs);
        return new EventList(ofVms, failures, _hostEvents?.InOrder(durationNs) ?? []);
    }

    private int Count => _vmEvents.Count + (_hostEvents?.Count ?? 0) + _powerFailures.Count;

    private void Read(Node node)
    {
        if (MappingReader.Open(node, "an event", _keys, problems) is not { } map)
        {
            return;
        }

        map.Require("at", "at: 1s");
        var atNs = map.Whole("at", Dimension.Time, 0, EventMap.LatestNs);
        var entry = new EventMap(map, atNs ?? 0, problems);
        var host = _ofHosts.FirstOrDefault(key => map.Find(key) is not null);
        if (host is not null && _hostEvents is null)
        {
            problems.Error(map.LineOf(host),
                $"'{host}' is for events of one of several hosts; write 'hosts' in place of 'host' in the scenario");
        }
        else if (_hostEvents is { } events && (host is not null || map.Find(PowerFails) is not null))
        {
            events.Read(entry);
        }
        else if (map.Find(PowerFails) is not null)
        {
            ReadPowerFailure(entry);
        }
        else
        {
            _vmEvents.Read(entry);
        }
    }

    private void ReadPowerFailure(EventMap entry)
    {
        entry.Change(VmEventReader.ChangesWith(hosts));
        entry.Refuse("vm", $"'{PowerFails}' takes the power from the whole host with all its VMs; leave 'vm' out");
        entry.Refuse("every", $"'every' is for an event that happens to several in turn; '{PowerFails}' happens to the one host");
        _powerFailures.Add(entry);
    }

    /// <summary>The failures of the only host's power; one cannot fail that is away.</summary>
    private ImmutableArray<PowerFailure> PowerFailures(long durationNs)
    {
        var failures = ImmutableArray.CreateBuilder<PowerFailure>();
        foreach (var entry in _powerFailures.OrderBy(entry => entry.AtNs))
        {
            if (entry.OutageNs(PowerFails) is not { } outageNs)
            {
                continue;
            }

            if (failures.LastOrDefault() is { } last && entry.AtNs < last.AtNs + last.OutageNs)
            {
                problems.Error(
                    entry.Map.LineOf("at"),
                    $"the power has been away since {Format(last.AtNs)} and comes back "
                    + $"at {Format(last.AtNs + last.OutageNs)}; it cannot fail before");
            }

            if (entry.AtNs > durationNs)
            {
                EventMap.WarnOfLate(entry.Map, durationNs, problems);
            }

            failures.Add(new PowerFailure(entry.AtNs, outageNs));
        }

        return failures.ToImmutable();

        static string Format(long ns) => QuantityText.Format(ns, Dimension.Time);
    }
}
