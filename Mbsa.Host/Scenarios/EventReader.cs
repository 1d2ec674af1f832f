using System.Collections.Immutable;
using Mbsa.Actors.Scenarios;
using Mbsa.Host.Scenarios.Yaml;
using Mbsa.Vm.Storage;

namespace Mbsa.Host.Scenarios;

/// <summary>Reads <c>events</c> and puts them in order of time.</summary>
internal sealed class EventReader(Problems problems)
{
    private const int MostEvents = 10_000;
    private const long MostChildBytes = 64L << 40;
    private const long LatestNs = 30L * 24 * 3600 * 1_000_000_000;
    private const string PowerFails = "power-failure";

    private static readonly string[] _keys = ["at", "vm", "stop", "start", "qos", "fail-vcpu", "resize", PowerFails];
    private static readonly string[] _changes = ["stop", "start", "qos", "fail-vcpu", "resize", PowerFails];

    private readonly record struct Draft(long AtNs, VmSpec? Vm, string Change, MappingReader Map);

    public EventList ReadAll(MappingReader scenario, VmList vms, long durationNs)
    {
        var items = scenario.List("events");
        if (items.Length > MostEvents)
            problems.Error(scenario.LineOf("events"), $"there are {items.Length} events; at most {MostEvents} are allowed");
        var specs = vms.Specs.ToDictionary(v => v.Name);
        var read = items.Take(MostEvents).TakeWhile(_ => !problems.IsFull).Select(i => Read(i, vms, specs, durationNs)).OfType<Draft>();
        Draft[] drafts = [.. read.OrderBy(d => d.AtNs)];
        var failures = PowerFailures(drafts.Where(d => d.Vm is null));
        foreach (var draft in drafts.Where(d => d.Vm is not null && failures.Any(f => f.AtNs < d.AtNs && d.AtNs < f.AtNs + f.OutageNs)))
            problems.Warning(draft.Map.LineOf("at"), "this event comes while the host has no power, and will not happen");
        var events = InOrder(drafts);
        foreach (var vm in vms.Specs.Where(v => !v.StartsAtOnce))
        {
            if (problems.None && !events.Any(e => e.Vm == vm.Name && e.Change is VmChange.Start))
                problems.Warning(vms.Lines[vm.Name], $"VM '{vm.Name}' has 'start: false' and no event starts it");
        }

        return new EventList(events, failures);
    }

    /// <summary>The failures of the host's power; one cannot fail that is away.</summary>
    private ImmutableArray<PowerFailure> PowerFailures(IEnumerable<Draft> drafts)
    {
        var failures = ImmutableArray.CreateBuilder<PowerFailure>();
        foreach (var (atNs, _, _, map) in drafts)
        {
            if (OutageNs(map) is not { } outageNs)
                continue;
            if (failures.LastOrDefault() is { } last && atNs < last.AtNs + last.OutageNs)
                problems.Error(map.LineOf("at"), $"the power has been away since {Format(last.AtNs)} and comes back at {Format(last.AtNs + last.OutageNs)}; it cannot fail before");
            failures.Add(new PowerFailure(atNs, outageNs));
        }

        return failures.ToImmutable();

        static string Format(long ns) => QuantityText.Format(ns, Dimension.Time);
    }

    /// <summary>How long the power is away: a time, or 'true' for no time at all.</summary>
    private static long? OutageNs(MappingReader map) =>
        map.Find(PowerFails) is ScalarNode { Text: "true" } ? 0 : map.Whole(PowerFails, Dimension.Time, 0, LatestNs);

    /// <summary>What an event means can depend on those before it, so it is worked out in order of time.</summary>
    private ImmutableArray<ScenarioEvent> InOrder(Draft[] drafts)
    {
        var qos = new Dictionary<string, QosSpec>();
        var running = new Dictionary<string, bool>();
        var events = ImmutableArray.CreateBuilder<ScenarioEvent>();
        foreach (var (atNs, given, change, map) in drafts)
        {
            if (given is not { } vm)
                continue;
            VmChange? made = change switch
            {
                "qos" => map.Mapping("qos", "qos", QosReader.Keys) is { } q
                    ? new VmChange.SetQos(qos[vm.Name] = QosReader.Read(q, qos.GetValueOrDefault(vm.Name, vm.Qos)))
                    : null,
                "fail-vcpu" => map.Integer("fail-vcpu", 0, vm.Vcpus - 1) is { } vcpu ? new VmChange.FailVcpu(vcpu) : null,
                "resize" => Resize(map, vm),
                "start" => IsTrue(map, "start") ? new VmChange.Start() : null,
                _ => IsTrue(map, "stop") ? new VmChange.Stop() : null,
            };
            if (made is VmChange.Start && running.GetValueOrDefault(vm.Name, vm.StartsAtOnce))
                problems.Error(
                    map.LineOf("start"),
                    $"VM '{vm.Name}' was started before; 'start: false' in its entry makes it wait for this event");
            if (made is VmChange.Start)
                running[vm.Name] = true;
            if (made is not null)
                events.Add(new ScenarioEvent(atNs, vm.Name, made));
        }

        return events.ToImmutable();
    }

    private Draft? Read(Node node, VmList vms, Dictionary<string, VmSpec> specs, long durationNs)
    {
        if (MappingReader.Open(node, "an event", _keys, problems) is not { } map)
            return null;
        map.Require("at", "at: 1s");
        var atNs = map.Whole("at", Dimension.Time, 0, LatestNs);
        if (atNs > durationNs)
            problems.Warning(
                map.LineOf("at"),
                $"this event is after the end of the run, at {QuantityText.Format(durationNs, Dimension.Time)}, and will not happen");
        var changes = _changes.Where(c => map.Find(c) is not null).ToArray();
        if (changes.Length != 1)
            problems.Error(map.Line, $"an event changes one thing, not {changes.Length}; write one of {string.Join(", ", _changes)}");
        if (changes is [PowerFails])
        {
            if (map.Find("vm") is not null)
                problems.Error(map.LineOf("vm"), $"'{PowerFails}' takes the power from the whole host with all its VMs; leave 'vm' out");
            return atNs is { } failsNs ? new Draft(failsNs, null, PowerFails, map) : null;
        }

        map.Require("vm", "vm: writer-1");
        var name = map.Text("vm");
        if (name is not null && vms.IsComplete && !vms.Lines.ContainsKey(name))
            problems.Unknown(map.LineOf("vm"), "VM", name, vms.Names);
        return atNs is { } at && changes is [var change] && name is not null && specs.TryGetValue(name, out var vm) ? new Draft(at, vm, change, map) : null;
    }

    private VmChange.Resize? Resize(MappingReader map, VmSpec vm)
    {
        var line = map.LineOf("resize");
        if (vm.Storage is not { } storage)
        {
            problems.Error(line, $"VM '{vm.Name}' has no storage to resize");
            return null;
        }

        if (map.Whole("resize", Dimension.Size, BlockStorage.BlockBytes, MostChildBytes) is not { } size)
            return null;
        if (size % BlockStorage.BlockBytes != 0)
            problems.Error(line, $"'resize': {size} bytes are not a whole number of blocks of {BlockStorage.BlockBytes}");
        else if (size < storage.ChildBytes)
            problems.Error(line, $"'resize': the disk of VM '{vm.Name}' and its metadata take {storage.ChildBytes} bytes; its child device cannot have fewer");
        return new VmChange.Resize(size);
    }

    private bool IsTrue(MappingReader map, string key)
    {
        if (map.Flag(key) is false)
            problems.Error(map.LineOf(key), $"'{key}: true' is the only value that means something in an event");
        return map.Flag(key) is true;
    }
}
