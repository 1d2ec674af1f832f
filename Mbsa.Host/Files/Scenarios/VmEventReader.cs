using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Storage;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>
/// Reads those of <c>events</c> that happen to VMs. What one means can depend on those before it, so they are worked out in order of time.
/// </summary>
internal sealed class VmEventReader(VmList vms, HostList? hosts, Problems problems)
{
    private const long MaxChildBytes = 64L << 40;

    /// <summary>What can happen to a VM of any scenario.</summary>
    public static string[] Changes { get; } = ["stop", "start", "qos", "failVcpu", "resize"];

    private readonly record struct Draft(long AtNs, VmSpec Vm, string Change, EventMap Entry);

    private readonly Dictionary<string, VmSpec> _specs = vms.Specs.ToDictionary(v => v.Name);
    private readonly List<Draft> _drafts = [];
    private readonly Dictionary<string, QosSpec> _qos = [];
    private readonly HashSet<string> _running = [.. vms.Specs.Where(v => v.StartsAtOnce).Select(v => v.Name)];

    /// <summary>What an event without a host can change.</summary>
    public static string[] ChangesWith(HostList? hosts) => hosts is null ? [.. Changes, HostEventReader.Power] : [.. Changes, "migrate"];

    /// <summary>Number of events so far.</summary>
    public int Count => _drafts.Count;

    /// <summary>Reads one entry.</summary>
    public void Read(EventMap entry)
    {
        if (hosts is null && entry.Map.Find("migrate") is not null)
        {
            entry.Refuse("migrate",
                "'migrate' moves a VM from one of several hosts to another; write 'hosts' in place of 'host' in the scenario");
            return;
        }

        entry.Map.Require("vm", "vm: writer-1");
        var change = entry.Change(ChangesWith(hosts));
        foreach (var (name, atNs) in entry.Targets("vm", "VM", vms.Lines, vms.IsComplete))
        {
            if (change is not null && _specs.TryGetValue(name, out var vm))
            {
                _drafts.Add(new Draft(atNs, vm, change, entry));
            }
        }
    }

    /// <summary>The events in order of time.</summary>
    /// <param name="failures">When there is no power.</param>
    /// <param name="durationNs">How long the run is, in nanoseconds.</param>
    public ImmutableArray<ScenarioEvent> InOrder(ImmutableArray<PowerFailure> failures, long durationNs)
    {
        var events = ImmutableArray.CreateBuilder<ScenarioEvent>();
        foreach (var draft in _drafts.OrderBy(d => d.AtNs))
        {
            if (draft.AtNs > durationNs)
            {
                EventMap.WarnOfLate(draft.Entry.Map, durationNs, problems);
            }

            if (failures.FirstOrDefault(f => f.AtNs < draft.AtNs && draft.AtNs < f.AtNs + f.OutageNs) is { } failure)
            {
                var happens = failure.AtNs + failure.OutageNs < durationNs ? "happens when that is back" : "will not happen";
                problems.Warning(draft.Entry.Map.LineOf("at"), $"this event comes while the host has no power, and {happens}");
            }

            if (Change(draft) is { } change)
            {
                events.Add(new ScenarioEvent(draft.AtNs, draft.Vm.Name, change));
            }
        }

        foreach (var vm in vms.Specs.Where(v => problems.None && !_running.Contains(v.Name)))
        {
            problems.Warning(vms.Lines[vm.Name], $"VM '{vm.Name}' has 'start: false' and no event starts it");
        }

        return events.ToImmutable();
    }

    private VmChange? Change(Draft draft)
    {
        var (map, vm) = (draft.Entry.Map, draft.Vm);
        return draft.Change switch
        {
            "qos" => map.Mapping("qos", "qos", QosReader.Keys) is { } q
                ? new VmChange.SetQos(_qos[vm.Name] = QosReader.Read(q, _qos.GetValueOrDefault(vm.Name, vm.Qos)))
                : null,
            "failVcpu" => map.Integer("failVcpu", 0, vm.Vcpus - 1) is { } vcpu ? new VmChange.FailVcpu(vcpu) : null,
            "resize" => Resize(map, vm),
            "start" => draft.Entry.IsTrue("start") ? Start(map, vm) : null,
            "migrate" => Migrate(map, vm),
            _ => draft.Entry.IsTrue("stop") ? new VmChange.Stop() : null,
        };
    }

    private VmChange.Start Start(MappingReader map, VmSpec vm)
    {
        if (!_running.Add(vm.Name))
        {
            problems.Error(map.LineOf("start"),
                $"VM '{vm.Name}' was started before; 'start: false' in its entry makes it wait for this event");
        }

        return new VmChange.Start();
    }

    private VmChange.Resize? Resize(MappingReader map, VmSpec vm)
    {
        var line = map.LineOf("resize");
        if (vm.Storage is not { } storage)
        {
            problems.Error(line, $"VM '{vm.Name}' has no storage to resize");
            return null;
        }

        if (map.Whole("resize", Dimension.Size, BlockStorage.BlockBytes, MaxChildBytes) is not { } size)
        {
            return null;
        }

        if (size % BlockStorage.BlockBytes != 0)
        {
            problems.Error(line, $"'resize': {size} bytes are not a whole number of blocks of {BlockStorage.BlockBytes}");
        }
        else if (size < storage.ChildBytes)
        {
            problems.Error(line, $"'resize': the disk of VM '{vm.Name}' and its metadata take {storage.ChildBytes} bytes; "
                + "its child device cannot have fewer");
        }

        return new VmChange.Resize(size);
    }

    private VmChange.Migrate? Migrate(MappingReader map, VmSpec vm)
    {
        var line = map.LineOf("migrate");
        if (!vm.CanMigrate)
        {
            problems.Error(line, Migrating.WhyNot(vm));
        }

        if (map.Text("migrate") is not { } to)
        {
            return null;
        }

        if (to == "anywhere")
        {
            if (vm.PinnedTo is { } pin)
            {
                problems.Error(line, $"VM '{vm.Name}' is pinned to '{pin}' and moves only to a host that the event names; "
                    + "leave 'host' out of the VM's entry, or write one here");
            }

            return new VmChange.Migrate(null);
        }

        if (to == "true")
        {
            problems.Error(line, "'migrate: true' is now 'migrate: anywhere'");
        }
        else if (to == "false")
        {
            problems.Error(line, "'migrate' is the name of a host, or 'anywhere' for wherever there is room");
        }
        else if (hosts is { IsComplete: true } && !hosts.Lines.ContainsKey(to))
        {
            problems.Unknown(line, "host", to, hosts.Names);
        }

        return new VmChange.Migrate(to);
    }
}
