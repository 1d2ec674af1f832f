using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Nvm.Protection;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Files.Profiles;

/// <summary>Makes profiles of YAML nodes, whether of a file of their own or inline in a scenario.</summary>
internal static class ProfileReader
{
    /// <summary>Far above any machine there is; a number beyond it is a slip.</summary>
    private const int MaxCores = 1024;

    /// <summary>The least that an operation may take, in nanoseconds: one of no time would let the virtual clock stand still.</summary>
    public const double MinOperationNs = 1;

    private const double MaxBytesPerSecond = 1e15;
    private const double MaxOperationNs = 1e9;
    private const double MaxNsPerByte = 1e6;

    private static readonly string[] _machineKeys =
        ["name", "description", "source", "cores", "memoryBandwidth", "contextSwitch", "paths", "protection"];
    private static readonly string[] _costKeys = ["operation", "perByte", "random"];
    private static readonly string[] _pathKeys = ["read", "write", "includes"];
    private static readonly string[] _conventionalKeys = [.. _pathKeys, "stages"];
    private static readonly string[] _protectionKeys =
        ["switch", "exit", "vectorSave", "wordPerByte", "pageChange", "shootDown", "map", "unmap"];

    private static readonly string[] _deviceKeys =
        ["name", "description", "source", "readBandwidth", "writeBandwidth", "readLatencyFactor", "writeLatencyFactor", "endurance"];

    /// <summary>A machine; null when something is wrong with it, which <paramref name="problems"/> then has.</summary>
    public static MachineProfile? Machine(Node node, string defaultName, Problems problems)
    {
        var before = problems.Count;
        if (MappingReader.Open(node, "a machine", _machineKeys, problems) is not { } map)
        {
            return null;
        }

        map.Require("cores", "cores: 4");
        map.Require("memoryBandwidth", "memoryBandwidth: 21.3GB/s");
        map.Require("paths",
            "paths: { memory-bus: { read: { operation: 1us, perByte: 0.1ns }, write: { operation: 1us, perByte: 0.1ns } } }");
        var profile = new MachineProfile
        {
            Name = map.Text("name") ?? defaultName,
            Description = map.Text("description") ?? "",
            Source = map.Text("source") ?? "",
            Cores = map.Integer("cores", 1, MaxCores) ?? 1,
            MemoryBandwidthBytesPerSecond = map.Measure("memoryBandwidth", Dimension.Bandwidth, 1, MaxBytesPerSecond) ?? 1,
            ContextSwitchNs = map.Measure("contextSwitch", Dimension.Time, 0, MaxOperationNs) ?? 0,
            Paths = Paths(map),
            Protection = Protection(map),
        };
        CheckIncluded(profile, map);
        return problems.Count == before ? profile : null;
    }

    /// <summary>A device; null when something is wrong with it, which <paramref name="problems"/> then has.</summary>
    public static DeviceProfile? Device(Node node, string defaultName, Problems problems)
    {
        var before = problems.Count;
        if (MappingReader.Open(node, "a device", _deviceKeys, problems) is not { } map)
        {
            return null;
        }

        map.Require("readBandwidth", "readBandwidth: 21.3GB/s");
        map.Require("writeBandwidth", "writeBandwidth: 7.1GB/s");
        var profile = new DeviceProfile
        {
            Name = map.Text("name") ?? defaultName,
            Description = map.Text("description") ?? "",
            Source = map.Text("source") ?? "",
            ReadBandwidthBytesPerSecond = map.Measure("readBandwidth", Dimension.Bandwidth, 1, MaxBytesPerSecond) ?? 1,
            WriteBandwidthBytesPerSecond = map.Measure("writeBandwidth", Dimension.Bandwidth, 1, MaxBytesPerSecond) ?? 1,
            ReadLatencyFactor = map.Number("readLatencyFactor", 0, 1000) ?? 1,
            WriteLatencyFactor = map.Number("writeLatencyFactor", 0, 1000) ?? 1,
            EnduranceWrites = Endurance(map),
        };
        return problems.Count == before ? profile : null;
    }

    private static double Endurance(MappingReader map) =>
        map.Find("endurance") is null or ScalarNode { Text: "infinite" }
            ? double.PositiveInfinity
            : map.Measure("endurance", Dimension.Count, 1, 1e30) ?? double.PositiveInfinity;

    private static SortedDictionary<IoPath, PathCosts> Paths(MappingReader machine)
    {
        var names = KnownNames.Paths.Select(p => p.Name).ToArray();
        var paths = new SortedDictionary<IoPath, PathCosts>();
        if (machine.Mapping("paths", "the paths", names) is not { } map)
        {
            return paths;
        }

        foreach (var (name, path) in KnownNames.Paths)
        {
            if (map.Mapping(name, $"path {name}", path.IsConventional() ? _conventionalKeys : _pathKeys) is not { } directions)
            {
                continue;
            }

            directions.Require("read", "read: { operation: 1us, perByte: 0.1ns }");
            directions.Require("write", "write: { operation: 1us, perByte: 0.1ns }");
            paths[path] = new PathCosts(
                Cost(directions, "read"), Cost(directions, "write"),
                directions.Choice("includes", KnownNames.Protections) ?? ProtectionMethod.None)
            {
                Stages = path.IsConventional() ? StageCostsReader.Read(directions) : null,
            };
        }

        if (paths.Count == 0)
        {
            map.Problems.Error(map.Line, $"a machine needs the costs of at least one path ({string.Join(", ", names)})");
        }

        return paths;
    }

    private static ProtectionCosts? Protection(MappingReader machine)
    {
        if (machine.Mapping("protection", "the costs of protections", _protectionKeys) is not { } map)
        {
            return null;
        }

        return new ProtectionCosts
        {
            SwitchNs = Part("switch"),
            ExitNs = Part("exit"),
            VectorSaveNs = Part("vectorSave"),
            WordNsPerByte = Part("wordPerByte"),
            PageChangeNs = Part("pageChange"),
            ShootDownNs = Part("shootDown"),
            MapNs = Part("map"),
            UnmapNs = Part("unmap"),
        };

        double Part(string key)
        {
            map.Require(key, $"{key}: 100ns");
            return map.Measure(key, Dimension.Time, 0, MaxOperationNs) ?? 0;
        }
    }

    /// <summary>Figures that include a protection need to say what of them it is, and cannot be less than that.</summary>
    private static void CheckIncluded(MachineProfile machine, MappingReader map)
    {
        foreach (var (path, costs) in machine.Paths.Where(p => p.Value.Includes != ProtectionMethod.None))
        {
            var name = KnownNames.NameOf(costs.Includes);
            if (machine.Protection is null)
            {
                map.Problems.Error(map.Line, $"the figures of path '{KnownNames.NameOf(path)}' include protection '{name}', "
                    + "so the machine needs 'protection' with its costs");
            }
            else if (costs.Write.OperationNs
                + new ProtectionTimes(machine, path, ProtectionMethod.None, machine.Cores).ExtraNs(isWrite: true, 0) < 1
                || costs.Read.OperationNs
                + new ProtectionTimes(machine, path, ProtectionMethod.None, machine.Cores).ExtraNs(isWrite: false, 4096) < 1)
            {
                map.Problems.Error(map.Line, $"the operations of path '{KnownNames.NameOf(path)}' "
                    + $"take less than protection '{name}' alone, which they are said to include");
            }
        }
    }

    private static OperationCost Cost(MappingReader directions, string direction)
    {
        if (directions.Mapping(direction, $"the cost of a {direction}", _costKeys) is not { } map)
        {
            return new OperationCost(MinOperationNs, 0);
        }

        map.Require("operation", "operation: 1us");
        map.Require("perByte", "perByte: 0.1ns");
        return new OperationCost(
            map.Measure("operation", Dimension.Time, MinOperationNs, MaxOperationNs) ?? MinOperationNs,
            map.Measure("perByte", Dimension.Time, 0, MaxNsPerByte) ?? 0,
            map.Measure("random", Dimension.Time, 0, MaxOperationNs) ?? 0);
    }
}
