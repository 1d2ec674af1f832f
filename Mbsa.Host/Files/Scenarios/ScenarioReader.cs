using System.Collections.Immutable;
using Mbsa.Host.Expectations;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Makes a scenario of the nodes of its file. Used once; what is wrong is in <c>problems</c> afterwards.</summary>
internal sealed class ScenarioReader(string path, ScenarioOverrides overrides, Problems problems)
{
    /// <summary>The longest measured part, in nanoseconds.</summary>
    public const long MaxDurationNs = 30L * 24 * 3600 * 1_000_000_000;
    private const long MaxWindows = 100_000;
    private const int MaxExpectations = 1000;

    private static readonly string[] _keys =
    [
        "name", "description", "seed", "lockstep", "jitter", "clock", "duration",
        "warmup", "windows", "latencies", "host", "vms", "events", "expect",
        .. ClusterReader.Keys,
    ];

    private string Directory { get; } = Path.GetDirectoryName(path) ?? "";

    /// <summary>The scenario, or null when something is wrong.</summary>
    public LoadedScenario? Read(Node root)
    {
        if (MappingReader.Open(root, "a scenario", _keys, problems, OldSpellings.Scenario) is not { } map)
        {
            return null;
        }

        var clock = overrides.Clock ?? map.Choice("clock", KnownNames.Clocks) ?? ClockKind.Virtual;
        var durationNs = DurationNs(map);
        var vms = new VmReader(Directory, overrides.Path, JitterPercent(map), problems).ReadAll(map);
        var hostReader = new HostReader(Directory, clock, overrides.Policy, problems);
        var hosts = new HostListReader(hostReader, problems).ReadAll(map, vms);
        var host = hosts is null ? hostReader.ReadOnly(map, vms) : hosts.Specs.FirstOrDefault()?.Host;
        var events = new EventReader(vms, hosts, problems).ReadAll(map, durationNs ?? long.MaxValue);
        var cluster = new ClusterReader(problems).Read(map, vms, hosts, events, durationNs);
        var expectations = Expectations(map, vms, hosts, cluster);
        var spec = new ScenarioSpec
        {
            Name = map.Text("name") ?? Path.GetFileNameWithoutExtension(path),
            Description = map.Text("description")?.Trim() ?? "",
            Seed = overrides.Seed ?? map.Unsigned("seed") ?? 1,
            Lockstep = map.Flag("lockstep") ?? false,
            Clock = clock,
            DurationNs = durationNs ?? 0,
            WarmupNs = map.Whole("warmup", Dimension.Time, 0, MaxDurationNs) ?? 0,
            WindowNs = WindowNs(map, durationNs),
            Latency = map.Choice("latencies", KnownNames.Latencies) ?? LatencySampling.Sampled,
            Host = host!,
            Cluster = cluster,
            Vms = vms.Specs,
            Events = events.OfVms,
            PowerFailures = events.PowerFailures,
        };
        return problems.None ? new LoadedScenario { Spec = spec, Expectations = expectations } : null;
    }

    /// <summary>The length of the measured part; null when it is missing or wrong.</summary>
    private long? DurationNs(MappingReader map)
    {
        var written = map.Whole("duration", Dimension.Time, 1000, MaxDurationNs);
        if (overrides.DurationNs is { } overridden)
        {
            if (overridden is < 1000 or > MaxDurationNs)
            {
                problems.Error(0,
                    new InputException($"a duration from 1us to {QuantityText.Format(MaxDurationNs, Dimension.Time)} was expected"));
            }

            return overridden;
        }

        map.Require("duration", "duration: 2s");
        return written;
    }

    /// <summary>The jitter of the workloads that do not say their own.</summary>
    private int JitterPercent(MappingReader map)
    {
        if (map.Text("jitter") is not { } text)
        {
            return JobSpec.DefaultJitterPercent;
        }

        try
        {
            if (map.Find("lockstep") is ScalarNode { Text: "true" })
            {
                problems.Warning(map.LineOf("jitter"), "'jitter' does nothing with 'lockstep: true', which is without any");
            }

            return FioNumber.Percent(text, 0);
        }
        catch (InputException e)
        {
            problems.Error(map.LineOf("jitter"), $"'jitter': {e.Message}");
            return 0;
        }
    }

    private long? WindowNs(MappingReader map, long? durationNs)
    {
        var written = map.Whole("windows", Dimension.Time, 1000, MaxDurationNs);
        var windowNs = overrides.WindowNs ?? written;
        if (windowNs is not { } length)
        {
            return null;
        }

        var message = length < 1000 ? "windows shorter than 1us show nothing"
            : length > durationNs ? "a window is longer than the duration"
            : durationNs / length is > MaxWindows and var count
                ? $"there would be {count} windows; at most {MaxWindows} are kept, so write longer ones"
            : null;
        if (message is not null && overrides.WindowNs is not null)
        {
            problems.Error(0, new InputException(message));
        }
        else if (message is not null)
        {
            problems.Error(map.LineOf("windows"), $"'windows': {message}");
        }

        return length;
    }

    private ImmutableArray<Expectation> Expectations(MappingReader map, VmList vms, HostList? hosts, ClusterSpec? cluster)
    {
        var names = hosts is null ? null : new ClusterNames(hosts.Names, [.. cluster!.Tenants.Select(tenant => tenant.Name)]);
        var areKnown = vms.IsComplete && hosts is not { IsComplete: false };
        var items = map.List("expect");
        if (items.Length > MaxExpectations)
        {
            problems.Error(map.LineOf("expect"), $"there are {items.Length} expectations; at most {MaxExpectations} are allowed");
        }

        var expectations = ImmutableArray.CreateBuilder<Expectation>();
        foreach (var item in items.Take(MaxExpectations).TakeWhile(_ => !problems.IsFull))
        {
            if (item is not ScalarNode scalar || scalar.IsNull)
            {
                problems.Error(item.Line, $"an expectation was expected, as in 'oltp.p99 <= 40us', not {item.Kind}");
                continue;
            }

            try
            {
                expectations.Add(Expectation.Parse(scalar.Text, areKnown ? vms.Names : null, names));
            }
            catch (InputException e)
            {
                problems.Error(scalar.Line, e.Message);
            }
        }

        return expectations.ToImmutable();
    }
}
