using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>events</c> and puts them in order of time. Used once.</summary>
internal sealed class EventReader(VmList vms, HostList? hosts, Problems problems)
{
    private const int MaxEvents = 10_000;

    private static readonly string[] _ofHosts = [.. HostEventReader.OfHostsOnly, "host"];
    private static readonly string[] _keys =
        ["at", "vm", "every", "for", .. VmEventReader.Changes, "migrate", HostEventReader.Power, .. _ofHosts];

    private readonly VmEventReader _vmEvents = new(vms, hosts, problems);
    private readonly HostEventReader? _hostEvents = hosts is null ? null : new HostEventReader(hosts, vms, problems);
    private readonly PowerReader? _power = hosts is null ? new PowerReader(problems) : null;

    /// <summary>The events of a scenario.</summary>
    public EventList ReadAll(MappingReader scenario, long durationNs)
    {
        var items = scenario.List("events");
        foreach (var item in items.TakeWhile(_ => !problems.IsFull && Count <= MaxEvents))
        {
            Read(item);
        }

        if (Count > MaxEvents || items.Length > MaxEvents)
        {
            problems.Error(scenario.LineOf("events"), $"there are {Math.Max(Count, items.Length)} events or more, "
                + $"those of a pattern counted singly; at most {MaxEvents} are allowed");
        }

        var failures = _power?.InOrder(durationNs) ?? [];
        var ofVms = _vmEvents.InOrder(failures, durationNs);
        return new EventList(ofVms, failures, _hostEvents?.InOrder(durationNs) ?? []);
    }

    private int Count => _vmEvents.Count + (_hostEvents?.Count ?? 0) + (_power?.Count ?? 0);

    private void Read(Node node)
    {
        if (MappingReader.Open(node, "an event", _keys, problems, OldSpellings.Event) is not { HasOldKey: false } map)
        {
            return;
        }

        map.Require("at", "at: 1s");
        var atNs = map.Whole("at", Dimension.Time, 0, EventMap.LatestNs);
        var entry = new EventMap(map, atNs ?? 0, problems);
        var isPower = map.Find(HostEventReader.Power) is not null;
        var host = _ofHosts.FirstOrDefault(key => map.Find(key) is not null);
        if (host is not null && _hostEvents is null)
        {
            problems.Error(map.LineOf(host),
                $"'{host}' is for events of one of several hosts; write 'hosts' in place of 'host' in the scenario");
        }
        else if (_hostEvents is { } events && (host is not null || isPower))
        {
            events.Read(entry);
        }
        else if (isPower)
        {
            _power!.Read(entry);
        }
        else
        {
            entry.Refuse("for", HostEventReader.NotFor);
            _vmEvents.Read(entry);
        }
    }
}
