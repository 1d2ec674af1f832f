using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads those of <c>events</c> that happen to one of several hosts, and checks that they can come one after the other.</summary>
internal sealed class HostEventReader(HostList hosts, VmList vms, Problems problems)
{
    /// <summary>The key of an event that takes a host's power, or gives it back.</summary>
    public const string Power = "power";

    /// <summary>What is said of a <c>for</c> that means nothing.</summary>
    public const string NotFor = "'for' is how long the power or a link is away; leave it out here";

    /// <summary>What can happen to one of several hosts and to nothing else.</summary>
    public static string[] OfHostsOnly { get; } = ["drain", "link"];

    /// <summary>What the power does.</summary>
    public static (string Name, HostChange Value)[] Powers { get; } = [("off", HostChange.Lose), ("on", HostChange.Return)];

    private static readonly string[] _changes = ["start", .. OfHostsOnly, Power];

    private static readonly (string Name, HostChange Value)[] _links = [("down", HostChange.LinkDown), ("up", HostChange.LinkUp)];

    private readonly List<Draft> _events = [];

    /// <param name="Event">What happens.</param>
    /// <param name="Map">The entry it comes from.</param>
    /// <param name="IsEnd">It ends what the entry began.</param>
    private readonly record struct Draft(HostEvent Event, MappingReader Map, bool IsEnd);

    /// <summary>How a host stands between two of its events.</summary>
    private sealed class Standing
    {
        public bool IsThere { get; set; }

        public bool IsLost { get; set; }

        public bool IsDrained { get; set; }

        public bool IsLinkDown { get; set; }
    }

    /// <summary>Number of events so far.</summary>
    public int Count => _events.Count;

    /// <summary>Reads one entry.</summary>
    public void Read(EventMap entry)
    {
        entry.Refuse("vm", "an event happens to a VM or to a host; leave 'vm' or 'host' out");
        entry.Map.Require("host", "host: h-1");
        if (entry.Change(_changes) is not { } change)
        {
            return;
        }

        var (first, second) = Meaning(entry, change);
        var lengthNs = LengthNs(entry, second);
        if (first is not { } happens)
        {
            return;
        }

        foreach (var (name, atNs) in entry.Targets("host", "host", hosts.Lines, hosts.IsComplete))
        {
            if (hosts.IndexOf(name) is not { } host)
            {
                continue;
            }

            _events.Add(new Draft(new HostEvent(atNs, host, happens), entry.Map, IsEnd: false));
            if (second is { } ends && lengthNs is { } length)
            {
                _events.Add(new Draft(new HostEvent(Math.Min(atNs + length, EventMap.LatestNs), host, ends), entry.Map, IsEnd: true));
            }
        }
    }

    /// <summary>The events in order of time.</summary>
    /// <param name="durationNs">How long the run is, in nanoseconds.</param>
    public ImmutableArray<HostEvent> InOrder(long durationNs)
    {
        Draft[] ordered = [.. _events.OrderBy(e => e.Event.AtNs)];
        Standing[] standings = [.. hosts.Specs.Select(host => new Standing { IsThere = host.IsThereAtOnce })];
        foreach (var (happening, map, isEnd) in ordered)
        {
            if (WhyNot(happening.Change, standings[happening.Host], hosts.Specs[happening.Host].Name) is { } why)
            {
                problems.Error(map.Line, $"at {QuantityText.Format(happening.AtNs, Dimension.Time)} {why}");
            }

            if (happening.AtNs > durationNs && !isEnd)
            {
                EventMap.WarnOfLate(map, durationNs, problems);
            }
        }

        foreach (var host in hosts.Specs.Where((host, i) => !host.IsThereAtOnce && !standings[i].IsThere))
        {
            problems.Warning(hosts.Lines[host.Name], $"host '{host.Name}' has 'start: false' and no event starts it");
        }

        return [.. ordered.Select(e => e.Event)];
    }

    /// <summary>What a change begins with, and what ends it after <c>for</c>.</summary>
    private (HostChange? First, HostChange? Second) Meaning(EventMap entry, string change)
    {
        switch (change)
        {
            case "start":
                return (entry.IsTrue(change) ? HostChange.Add : null, null);
            case "drain":
                CheckDrain(entry);
                return (entry.IsTrue(change) ? HostChange.Drain : null, null);
            case Power:
                var power = entry.Map.Choice(Power, Powers);
                return (power, power == HostChange.Lose ? HostChange.Return : null);
            default:
                var link = entry.Map.Choice("link", _links);
                return (link, link == HostChange.LinkDown ? HostChange.LinkUp : null);
        }
    }

    private static long? LengthNs(EventMap entry, HostChange? second)
    {
        if (second is null)
        {
            entry.Refuse("for", NotFor);
        }

        return entry.ForNs;
    }

    /// <summary>
    /// A VM that cannot migrate and is pinned to the host would stay for ever; one that is only pinned stays because its author said so.
    /// </summary>
    private void CheckDrain(EventMap entry)
    {
        var drained = entry.Targets("host", "host", hosts.Lines, isComplete: false).Select(target => target.Name).ToHashSet();
        VmSpec[] pinned = [.. vms.Specs.Where(vm => vm.PinnedTo is { } host && drained.Contains(host))];
        if (Array.Find(pinned, vm => !vm.CanMigrate) is { } stuck)
        {
            problems.Error(entry.Map.LineOf("drain"), $"'{stuck.PinnedTo}' cannot be drained: {Migrating.WhyNot(stuck)}");
        }
        else if (pinned is [var stays, ..])
        {
            problems.Warning(entry.Map.LineOf("drain"),
                $"VM '{stays.Name}' is pinned to '{stays.PinnedTo}' and stays there when that is drained");
        }
    }

    /// <summary>Why a change cannot happen to a host that stands so; null when it can, and then the host stands as after it.</summary>
    private static string? WhyNot(HostChange change, Standing host, string name)
    {
        if (change == HostChange.Add)
        {
            if (host.IsThere)
            {
                return $"host '{name}' is there already; 'start: false' in its entry makes it wait for this event";
            }

            host.IsThere = true;
            return null;
        }

        if (!host.IsThere)
        {
            return $"host '{name}' is not there yet; an event with 'start: true' has to come before";
        }

        switch (change)
        {
            case HostChange.Lose when !host.IsLost:
                host.IsLost = true;
                return null;
            case HostChange.Return when host.IsLost:
                host.IsLost = false;
                return null;
            case HostChange.Return:
                return $"host '{name}' has its power; it cannot come back";
            case HostChange.Lose or HostChange.Drain when host.IsLost:
                return $"host '{name}' has no power; an event with 'power: on' has to come before";
            case HostChange.Drain when !host.IsDrained:
                host.IsDrained = true;
                return null;
            case HostChange.Drain:
                return $"host '{name}' was drained before";
            case HostChange.LinkDown when !host.IsLinkDown:
                host.IsLinkDown = true;
                return null;
            case HostChange.LinkUp when host.IsLinkDown:
                host.IsLinkDown = false;
                return null;
            default:
                return $"the link of host '{name}' is {(host.IsLinkDown ? "down" : "up")} already";
        }
    }
}
