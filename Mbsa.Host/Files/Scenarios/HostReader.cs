using System.Collections.Immutable;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads a host, the only one or one of several. Its defaults depend on the clock and on what the VMs need.</summary>
internal sealed class HostReader(string directory, ClockKind clock, string? policyOverride, Problems problems)
{
    private const long MaxNvmBytes = 64L << 40;

    /// <summary>The keys of a host.</summary>
    public static string[] Keys { get; } = ["machine", "nvm", "scheduler"];

    private static readonly string[] _nvmKeys = ["size", "device", "file", "uuid", "payload"];
    private static readonly string[] _schedulerKeys = ["policy", "quantum", "order"];

    /// <summary>The only host of a scenario, with all its VMs; null only when something is wrong.</summary>
    public HostSpec? ReadOnly(MappingReader scenario, VmList vms)
    {
        var draft = Read(scenario.Mapping("host", "the host", Keys, OldSpellings.Host), vms, vms);
        return WithRoom(draft, null, vms, minBytes: 0);
    }

    /// <summary>Reads all of a host but the size of its NVM, which depends on how many share the VMs.</summary>
    /// <param name="host">Its keys; null for defaults.</param>
    /// <param name="mayBeThere">The VMs that it must be able to carry.</param>
    /// <param name="all">Every VM: their bytes are kept everywhere alike.</param>
    public HostDraft Read(MappingReader? host, VmList mayBeThere, VmList all)
    {
        var nvm = host?.Mapping("nvm", "the nvm", _nvmKeys);
        var isNamed = host?.Find("scheduler") is ScalarNode;
        var scheduler = isNamed ? null : host?.Mapping("scheduler", "the scheduler", _schedulerKeys);
        var machine = Profile(host, "machine", "paper", n => ProfileCatalog.Machine(n, directory), ProfileReader.Machine);
        var device = Profile<DeviceProfile>(nvm, "device", "paper", n => ProfileCatalog.Device(n, directory), ProfileReader.Device);
        var file = nvm?.Text("file");
        if (file is not null && (file.Length == 0 || file.Any(char.IsControl)))
        {
            problems.Error(nvm!.LineOf("file"), $"'file': '{Excerpt.Of(file)}' is not a file name");
        }

        var id = nvm is null ? null : DeviceId(nvm, file);
        if (machine is not null)
        {
            CheckPaths(machine, mayBeThere);
        }

        // Everything is read before anything is given up, so that one wrong name hides no other mistake.
        var size = nvm?.Whole("size", Dimension.Size, 1 << 20, MaxNvmBytes);
        var payload = Payload(nvm, all);
        var policy = Policy(isNamed ? host!.Name("scheduler", KnownNames.Policies) : scheduler?.Name("policy", KnownNames.Policies));
        var quantum = scheduler?.Whole("quantum", Dimension.Time, 1000, 1_000_000_000) ?? HostSpec.DefaultQuantumNs(clock);
        var order = scheduler?.Choice("order", KnownNames.Orders) ?? ServiceOrder.Share;
        CheckOrder(scheduler, policy);
        CheckKept(policy, mayBeThere);
        var spec = machine is null || device is null ? null : new HostSpec
        {
            Machine = machine,
            Device = device,
            NvmSizeBytes = size ?? 0,
            NvmSizeIsAskedFor = nvm?.Find("size") is not null,
            NvmFile = file is null ? null : Path.Combine(directory, file),
            NvmDeviceId = id,
            Payload = payload,
            PayloadIsAskedFor = clock == ClockKind.Wall || nvm?.Find("payload") is not null,
            Policy = policy,
            QuantumNs = quantum,
            Order = order,
        };
        return new HostDraft(spec, nvm, size);
    }

    /// <summary>The host with an NVM for the VMs that are on it for certain; null only when something is wrong.</summary>
    /// <param name="draft">What was read.</param>
    /// <param name="name">Which of several hosts it is; null for the only one.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="minBytes">Bytes the NVM has at least where the file does not say how many.</param>
    public HostSpec? WithRoom(HostDraft draft, string? name, VmList vms, long minBytes)
    {
        CheckSum(name is null ? "the host" : $"host '{name}'", vms);
        var needed = NvmNeeds.DeviceBytes(vms.Specs);
        if (draft.SizeBytes is { } given && given < needed)
        {
            problems.Error(
                draft.Nvm!.LineOf("size"),
                $"the NVM of {QuantityText.Format(given, Dimension.Size)}{(name is null ? "" : $" of '{name}'")} is too small: "
                + $"{NvmNeeds.Describe(vms.Specs)}");
        }

        return draft.Spec is { } spec
            ? spec with { NvmSizeBytes = draft.SizeBytes ?? NvmNeeds.RoundUpToGiB(Math.Max(needed, minBytes)) }
            : null;
    }

    private Guid? DeviceId(MappingReader nvm, string? file)
    {
        if (nvm.Text("uuid") is not { } text)
        {
            return null;
        }

        if (file is null)
        {
            problems.Error(nvm.LineOf("uuid"), "'uuid' tells a device in a file from others; add 'file', or leave it out");
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        problems.Error(nvm.LineOf("uuid"), $"'uuid': '{Excerpt.Of(text)}' is none; 'mbsa nvm info FILE' shows the device's");
        return null;
    }

    private T? Profile<T>(MappingReader? map, string key, string standard, Func<string, T> named, Func<Node, string, Problems, T?> inline)
        where T : class
    {
        var node = map?.Find(key);
        if (node is MappingNode)
        {
            return inline(node, "inline", problems);
        }

        if (node is SequenceNode)
        {
            problems.Error(node.Line, $"'{key}': a name, a path or the keys of a {key} were expected, not a list");
            return null;
        }

        try
        {
            return named(node is ScalarNode scalar ? scalar.Text : standard);
        }
        catch (InputException e)
        {
            var place = e.File is null ? new InputException(problems.File, node?.Line ?? 0, e.Message) : e;
            problems.Error(node?.Line ?? 0, place);
            return null;
        }
    }

    private void CheckPaths(MachineProfile machine, VmList vms)
    {
        foreach (var vm in vms.Specs)
        {
            if (vm.Storage is { } storage && !machine.Paths.ContainsKey(storage.Path))
            {
                var known = string.Join(", ", machine.Paths.Keys.Select(KnownNames.NameOf));
                problems.Error(
                    vms.Lines[vm.Name],
                    $"machine '{machine.Name}' has no costs for path '{KnownNames.NameOf(storage.Path)}'; it has {known}"
                        + (storage.Path.IsConventional()
                        ? "; 'mbsa calibrate' cannot measure a hypervisor, so take them from a profile that has them, such as 'paper'"
                        : ""));
                return;
            }
        }

        if (clock == ClockKind.Virtual && vms.Specs.FirstOrDefault(vm => LacksCosts(machine, vm.Storage)) is { } first)
        {
            problems.Error(
                vms.Lines[first.Name],
                $"machine '{machine.Name}' has no costs for protection '{KnownNames.NameOf(first.Storage!.Protection)}'; "
                    + "add 'protection' to its profile, or choose a machine that has it");
        }
    }

    private static bool LacksCosts(MachineProfile machine, StorageSpec? storage) =>
        machine.Protection is null && storage is not null && storage.Protection != machine.Paths[storage.Path].Includes;

    /// <summary>What happens to the bytes: as written, or else what the clock and the jobs that verify need.</summary>
    private PayloadKind Payload(MappingReader? nvm, VmList vms)
    {
        var needed = vms.Specs.Select(vm => vm.NeededPayload).DefaultIfEmpty().Max();
        if (nvm?.Choice("payload", KnownNames.Payloads) is not { } payload)
        {
            return clock == ClockKind.Wall ? PayloadKind.Full : needed;
        }

        if (payload < needed)
        {
            var method = needed == PayloadKind.Full ? "crc32c" : "meta";
            var name = KnownNames.Payloads.First(p => p.Value == needed).Name;
            problems.Error(nvm.LineOf("payload"), $"a job verifies with {method}, which needs 'payload: {name}' or more");
        }

        return payload;
    }

    private string Policy(string? written)
    {
        if (policyOverride is null)
        {
            return written ?? QosPolicies.Default;
        }

        if (!KnownNames.Policies.Contains(policyOverride))
        {
            problems.Error(0, new InputException(UnknownName.Message("policy", policyOverride, KnownNames.Policies)));
        }

        return policyOverride;
    }

    /// <summary>An order that nobody goes by is a warning.</summary>
    private void CheckOrder(MappingReader? scheduler, string policy)
    {
        if (scheduler?.Find("order") is not { } order || !KnownNames.Policies.Contains(policy))
        {
            return;
        }

        if (!QosPolicies.Named(policy).HasOrder)
        {
            problems.Warning(order.Line, $"policy '{policy}' has no order of service, so 'order' changes nothing; {Having()} has");
        }
        else if (clock == ClockKind.Wall)
        {
            problems.Warning(order.Line, "'order' is of the virtual clock: real cores share bus and NVM whatever it says");
        }

        static string Having() => string.Join(", ", QosPolicies.All.Where(p => p.HasOrder).Select(p => $"'{p.Name}'"));
    }

    /// <summary>What a policy does not keep is a warning.</summary>
    private void CheckKept(string policy, VmList vms)
    {
        if (!KnownNames.Policies.Contains(policy))
        {
            return;
        }

        var keeps = QosPolicies.Named(policy).Keeps;
        Warn(Promises.Reservations, "reservations", qos => qos.Reservation is not null);
        Warn(Promises.Limits, "limits", qos => qos.Limit is not null);
        Warn(Promises.Weights, "weights", qos => qos.Weight != 1);
        Warn(Promises.Latency, "latency class", qos => qos.LatencyNs is not null);

        void Warn(Promises kind, string name, Func<QosSpec, bool> asks)
        {
            if (!keeps.HasFlag(kind) && vms.Specs.FirstOrDefault(v => asks(v.Qos)) is { } first)
            {
                problems.Warning(
                    vms.Lines[first.Name],
                    $"policy '{policy}' keeps no {name}; what '{first.Name}' asks for is only compared with what it got");
            }
        }
    }

    /// <summary>What does not fit together is a warning, for a VM may be refused in a scenario that is to show it.</summary>
    private void CheckSum(string host, VmList vms)
    {
        var reserving = vms.Specs.Where(v =>
            v.StartsAtOnce && !v.Qos.OrBestEffort && v.Qos.Reservation?.Unit == PromiseUnit.Share).ToList();
        var reserved = reserving.Sum(v => v.Qos.Reservation!.Value.Value);
        if (reserved > 1 + 1e-9)
        {
            problems.Warning(
                vms.Lines[reserving[^1].Name],
                $"reservations add up to {QuantityText.Format(reserved, Dimension.Percent)} of {host}; "
                + "VMs whose reservation does not fit will not start");
        }
    }
}
