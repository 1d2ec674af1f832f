using System.Collections.Immutable;
using Mbsa.Host.Scenarios.Yaml;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Scenarios;

/// <summary>Reads <c>workload</c>: fio's options, a list of such jobs, a fio job file, or a load on the processor.</summary>
internal sealed class WorkloadReader(string directory, Problems problems)
{
    private const int MostJobs = 1000;

    /// <summary>The jobs; none when something is wrong.</summary>
    public ImmutableArray<JobSpec> Read(MappingReader vm, string name, int vcpus)
    {
        if (!vm.Require("workload", "workload: { rw: randread, bs: 4k }"))
            return [];
        var node = vm.Find("workload")!;
        if (node is not SequenceNode list)
            return One(node, name, vcpus);
        if (list.Items.Length is 0 or > MostJobs)
            problems.Error(node.Line, $"'workload' has {list.Items.Length} jobs; from 1 to {MostJobs} are allowed");
        return [.. list.Items.Take(MostJobs).SelectMany((item, i) => One(item, $"{name}.{i + 1}", vcpus))];
    }

    private ImmutableArray<JobSpec> One(Node node, string name, int vcpus)
    {
        if (MappingReader.Open(node, "a workload", null, problems) is not { } map)
            return [];
        if (map.Find("fio") is not null)
            return Alone(map, "fio") && map.Text("fio") is { } file ? FioFile(map.LineOf("fio"), file) : [];
        if (map.Find("cpu") is not null)
            return Alone(map, "cpu") ? Compute(map, name, vcpus) : [];
        return Options(map, name);
    }

    /// <summary>fio's options would be ignored beside these keys, and nothing is ignored in silence.</summary>
    private bool Alone(MappingReader map, string key)
    {
        foreach (var other in map.Keys.Where(k => k != key))
            problems.Error(map.LineOf(other), $"'{ScalarNode.Shorten(other)}' cannot stand beside '{key}' in a workload");
        return map.Keys.Count() == 1;
    }

    private static ImmutableArray<JobSpec> Compute(MappingReader map, string name, int vcpus)
    {
        if (map.Measure("cpu", Dimension.Percent, 0.01, 1) is not { } load)
            return [];
        var percent = (int)Math.Round(load * 100);
        return [new JobSpec { Name = name, Pattern = IoPattern.Compute, CpuPercent = percent, NumJobs = vcpus, TimeBased = true }];
    }

    private ImmutableArray<JobSpec> FioFile(int line, string file)
    {
        problems.Error(line, $"'{file}' cannot be read yet in {directory}");
        return [];
    }

    private ImmutableArray<JobSpec> Options(MappingReader map, string name)
    {
        try
        {
            return
            [
                new JobSpec
                {
                    Name = name,
                    TimeBased = true,
                    NumJobs = map.Integer("numjobs", 1, 4096) ?? 1,
                    ReadPercent = map.Integer("rwmixread", 0, 100) ?? 50,
                    Pattern = Enum.Parse<IoPattern>(map.Text("rw") ?? "read", ignoreCase: true),
                },
            ];
        }
        catch (ArgumentException)
        {
            throw new InputException(problems.File, map.Line, "unknown rw");
        }
    }
}
