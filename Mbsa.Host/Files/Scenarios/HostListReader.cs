using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>hosts</c>: one entry may stand for many hosts. Used once.</summary>
internal sealed class HostListReader(HostReader reader, Problems problems)
{
    public const int MaxHosts = 1000;

    /// <summary>Words that stand for something else where a host is named.</summary>
    private static readonly string[] _taken = ["anywhere", "cluster", "host", "true", "false"];

    private static readonly string[] _keys = ["name", "count", "start", .. HostReader.Keys];

    private readonly record struct Entry(MappingReader Map, ImmutableArray<string> Names, HostDraft Draft);

    private readonly Dictionary<string, int> _lines = [];
    private bool _isComplete = true;
    private int _unnamed;

    /// <summary>The hosts; null when the scenario has a single one.</summary>
    public HostList? ReadAll(MappingReader scenario, VmList vms)
    {
        if (scenario.Find("hosts") is not { } node)
        {
            return null;
        }

        if (scenario.Find("host") is not null)
        {
            problems.Error(scenario.LineOf("host"),
                "'host' is for a scenario with a single host and 'hosts' for several; write one of the two");
        }

        var items = node is SequenceNode list ? list.Items : [node];
        if (items.IsEmpty)
        {
            problems.Error(scenario.LineOf("hosts"), "'hosts' is empty; a scenario needs at least one host");
        }

        List<Entry> entries = [.. items.TakeWhile(_ => !problems.IsFull).Select(item => Read(item, vms)).OfType<Entry>()];
        _isComplete &= !problems.IsFull;
        CheckPayloads(entries);
        CheckFiles(entries);
        var specs = Specs(entries, vms);
        if (specs.Length == _lines.Count)
        {
            CheckRoom(specs, vms);
        }

        return new HostList(specs, _lines, _isComplete);
    }

    private Entry? Read(Node node, VmList vms)
    {
        if (MappingReader.Open(node, "a host", _keys, problems, OldSpellings.Host) is not { } map)
        {
            _isComplete = false;
            return null;
        }

        var names = Names(map);
        return new Entry(map, names, reader.Read(map, Those(vms, vm => names.Any(name => MayBeOn(vm, name))), vms));
    }

    /// <summary>What an entry's hosts are called; those without a name are numbered through the file.</summary>
    private ImmutableArray<string> Names(MappingReader map)
    {
        var count = map.Integer("count", 1, MaxHosts);
        var name = map.Text("name");
        if (map.Find("count") is not null && count is null || map.Find("name") is not null && name is null)
        {
            _isComplete = false;
        }

        var why = name is null
            ? null
            : _taken.Contains(name) ? $"a host cannot be called '{name}', which means something else" : NameRule.WhyNot(name, "host");
        if (why is not null)
        {
            problems.Error(map.LineOf("name"), why);
            _isComplete = false;
            return [];
        }

        if (_lines.Count + (count ?? 1) > MaxHosts)
        {
            problems.Error(map.Line, $"there are more than {MaxHosts} hosts");
            _isComplete = false;
            return [];
        }

        string[] names = name is null ? [.. Enumerable.Range(_unnamed + 1, count ?? 1).Select(i => $"h-{i}")]
            : count is null ? [name]
            : [.. Enumerable.Range(1, count.Value).Select(i => $"{name}-{i}")];
        _unnamed += name is null ? names.Length : 0;
        return [.. names.Where(n => IsNew(map, n))];
    }

    private bool IsNew(MappingReader map, string name)
    {
        if (_lines.TryAdd(name, map.Line))
        {
            return true;
        }

        problems.Error(map.LineOf("name"), $"there are two hosts called '{name}'; the first is on line {_lines[name]}");
        return false;
    }

    private ImmutableArray<ClusterHostSpec> Specs(List<Entry> entries, VmList vms)
    {
        // Room for a VM that moves, and for those of a host that is lost.
        var minBytes = 2 * NvmNeeds.DeviceBytes(vms.Specs) / Math.Max(1, _lines.Count);
        minBytes = vms.Specs.Select(vm => NvmNeeds.DeviceBytes([vm])).Append(minBytes).Max();
        var pinned = vms.Specs.ToLookup(vm => vm.PinnedTo);
        var specs = ImmutableArray.CreateBuilder<ClusterHostSpec>();
        foreach (var (map, names, draft) in entries)
        {
            var isThereAtOnce = map.Flag("start") ?? true;
            foreach (var name in names)
            {
                if (reader.WithRoom(draft, name, vms with { Specs = [.. pinned[name]] }, minBytes) is { } host)
                {
                    specs.Add(new ClusterHostSpec(name, host) { IsThereAtOnce = isThereAtOnce });
                }
            }
        }

        return specs.ToImmutable();
    }

    private void CheckPayloads(List<Entry> entries)
    {
        foreach (var (map, _, draft) in entries)
        {
            if (draft.Spec is { } spec && entries[0].Draft.Spec is { } first && spec.Payload != first.Payload)
            {
                problems.Error(
                    map.Line,
                    $"'payload' is {NameOf(spec.Payload)} here and {NameOf(first.Payload)} on the hosts before; "
                    + "a VM that moves needs its bytes kept alike everywhere");
            }
        }

        static string NameOf(PayloadKind payload) => KnownNames.Payloads.First(p => p.Value == payload).Name;
    }

    /// <summary>A file holds the NVM of one host.</summary>
    private void CheckFiles(List<Entry> entries)
    {
        var owners = new Dictionary<string, string>();
        foreach (var (_, names, draft) in entries.Where(e => e.Draft.Spec?.NvmFile is not null))
        {
            var file = Path.GetFullPath(draft.Spec!.NvmFile!);
            if (names.FirstOrDefault(name => !owners.TryAdd(file, name)) is { } second)
            {
                problems.Error(draft.Nvm!.LineOf("file"), $"'file': the NVM of '{owners[file]}' and that of '{second}' "
                    + "cannot be in one file; give each host an entry and a file of its own");
            }
        }
    }

    /// <summary>
    /// A disk that no host has room for is an error;
    /// all of them together are a warning, for a VM may be refused in a scenario that is to show it.
    /// </summary>
    private void CheckRoom(ImmutableArray<ClusterHostSpec> specs, VmList vms)
    {
        if (specs.IsEmpty || !problems.None)
        {
            return;
        }

        var largest = specs.MaxBy(host => host.Host.NvmSizeBytes)!;
        foreach (var vm in vms.Specs.Where(vm => vm.Storage is not null && NvmNeeds.DeviceBytes([vm]) > largest.Host.NvmSizeBytes))
        {
            problems.Error(
                vms.Lines[vm.Name],
                $"the disk of VM '{vm.Name}' fits no host: {NvmNeeds.Describe([vm])}; "
                + $"the largest NVM, of '{largest.Name}', has {Size(largest.Host.NvmSizeBytes)}");
        }

        var needed = (Int128)NvmNeeds.DeviceBytes([.. vms.Specs.Where(vm => vm.StartsAtOnce)]);
        var there = specs.Where(host => host.IsThereAtOnce).Aggregate((Int128)0, (sum, host) => sum + host.Host.NvmSizeBytes);
        if (needed > there)
        {
            problems.Warning(
                _lines[specs[0].Name],
                $"the disks of the VMs that start at once need {Size((long)needed)} and the hosts that are there have {Size((long)there)}; "
                + "VMs that find no room will not start");
        }

        static string Size(long bytes) => QuantityText.Format(bytes, Dimension.Size);
    }

    /// <summary>A VM that cannot migrate is only where it was pinned to.</summary>
    private static bool MayBeOn(VmSpec vm, string host) => vm.PinnedTo is null || vm.PinnedTo == host || vm.CanMigrate;

    private static VmList Those(VmList vms, Func<VmSpec, bool> which) => vms with { Specs = [.. vms.Specs.Where(which)] };
}
