using System.Text.Json;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;

namespace Mbsa.Bench.Commands;

/// <summary>A rack under the virtual clock: 64 hosts of 16 VMs each, every I/O simulated, carried by one node and by several.</summary>
internal static class ClusterCommand
{
    private const string Rack = """
        name: rack
        duration: 1s
        hosts: { count: 64, machine: paper, nvm: { size: 1100MiB, device: paper, payload: none } }
        placement: spread
        vms:
          - { name: vm, count: 1024, storage: { size: 64MiB }, workload: { rw: randrw, bs: 4k } }
        """;

    /// <summary>Nodes, and processors that each may use.</summary>
    private static readonly (int Nodes, int? Processors)[] _fleets = [(1, null), (4, null), (1, 1), (2, 1)];

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        output.WriteLine("## cluster: 64 hosts x 16 VMs, one virtual second, payload none\n");
        output.WriteLine(
            "Each node is a process; 'mbsa run --cluster' submits and waits. Reports of all must be the same byte for byte.\n");
        var directory = Directory.CreateTempSubdirectory("mbsa-bench-");
        try
        {
            var scenario = Path.Combine(directory.FullName, "rack.yaml");
            File.WriteAllText(scenario, Rack);
            var table = new Table("nodes", "processors each", "run",
                "processor time of the nodes", "I/Os simulated per second", "against one node alike");
            string? first = null;
            var alone = new Dictionary<int, double>();
            foreach (var (nodes, processors) in _fleets)
            {
                var (run, used, report) = Measure(scenario, directory.FullName, nodes, processors, options.Repetitions ?? 3);
                first ??= report;
                if (report != first)
                {
                    throw new BenchException($"the report of {nodes} nodes differs from that of one");
                }

                var key = processors ?? 0;
                alone.TryAdd(key, run.Median);
                table.Add(
                    $"{nodes}",
                    processors is { } some ? $"{some}" : $"all {Environment.ProcessorCount}",
                    run.Text(Show.Seconds),
                    used.Text(Show.Seconds),
                    Show.Millions(Operations(report) / run.Median),
                    Show.Times(alone[key] / run.Median));
            }

            table.Print(output);
            output.WriteLine("\nAll reports, trace hashes among them, were the same.\n");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (Samples Run, Samples ProcessorTime, string Report) Measure(string scenario,
        string directory, int nodes, int? processors, int repetitions)
    {
        var (run, used, report) = (new Samples(), new Samples(), "");
        using var fleet = new NodeFleet(nodes, processors);
        var json = Path.Combine(directory, "report.json");
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var before = fleet.ProcessorSeconds;
            run.Add(ChildProcess.Run("mbsa.dll", () => ["run", scenario, "--quiet", "--json", json, "--cluster", fleet.Address]).Seconds);
            used.Add(fleet.ProcessorSeconds - before);
            var text = File.ReadAllText(json);
            report = report.Length == 0 || report == text ? text : throw new BenchException("two runs on the same nodes differ");
        }

        return (run, used, report);
    }

    private static double Operations(string report)
    {
        using var json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("vms").EnumerateArray().Sum(vm => (double)vm.GetProperty("ops").GetInt64());
    }
}
