using System.Diagnostics;
using System.Globalization;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;

namespace Mbsa.Bench.Commands;

/// <summary>How soon a large scenario starts, and how little memory a large device takes; each in fresh processes.</summary>
internal static class StartCommand
{
    private const double FirstQuantumSeconds = 2;
    private const double MemoryBytes = 300e6;

    private const string ManyVms = """
        name: many-vms
        duration: 100ms
        host:
          machine: generic-4core
          nvm: { device: dram, payload: none }
        vms:
          - name: vm
            count: 64
            vcpus: 4
            storage: { size: 256MiB }
            workload: { rw: randread, bs: 4k, numjobs: 4 }
        """;

    private const string LargeDevice = """
        name: large-device
        duration: 1s
        host:
          machine: generic-4core
          nvm: { device: dram, size: 8GiB, payload: none }
        vms:
          - name: vm
            count: 8
            vcpus: 4
            storage: { size: 1000MiB }
            workload: { rw: randrw, bs: 4k, numjobs: 4 }
        """;

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var repetitions = options.Repetitions ?? 5;
        output.WriteLine("## start: fresh processes, virtual clock\n");
        output.WriteLine(
            "The first quantum is seen from within a fresh process of the bench, "
            + "which reads the scenario and starts it as mbsa does; the clock runs\n"
            + "from before the process is started, so the runtime's own start is in it. "
            + "Process times and memory are of 'mbsa run' itself.\n");
        var budgets = new BudgetTable();
        var directory = Directory.CreateTempSubdirectory("mbsa-bench-");
        try
        {
            var (many, large) = (Write(directory, "many-vms.yaml", ManyVms), Write(directory, "large-device.yaml", LargeDevice));
            budgets.AtMost("64 VMs x 4 VCPUs: start to first quantum", FirstQuantumSeconds, Repeat(() => FirstQuantum(many)), Show.Seconds);
            var runs = Enumerable.Range(0, repetitions).Select(_ => Mbsa(many)).ToArray();
            budgets.Note("64 VMs x 4 VCPUs: mbsa run of 100 ms, whole process", new Samples(runs.Select(run => run.Seconds)), Show.Seconds);
            budgets.Note("64 VMs x 4 VCPUs: mbsa run, peak memory",
                new Samples(runs.Select(run => (double)run.PeakResidentBytes)), Show.Megabytes);
            runs = [.. Enumerable.Range(0, repetitions).Select(_ => Mbsa(large))];
            var peaks = new Samples(runs.Select(run => (double)run.PeakResidentBytes));
            budgets.AtMost("8 GiB device, 8 VMs x 4 VCPUs: peak memory", MemoryBytes, peaks, Show.Megabytes);
            budgets.Note("8 GiB device, 8 VMs x 4 VCPUs: mbsa run of 1 s, whole process",
                new Samples(runs.Select(run => run.Seconds)), Show.Seconds);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        budgets.Print(output);
        Samples Repeat(Func<double> measure) => new(Enumerable.Range(0, repetitions).Select(_ => measure()).ToArray());
    }

    private static string Write(DirectoryInfo directory, string name, string scenario)
    {
        var path = Path.Combine(directory.FullName, name);
        File.WriteAllText(path, scenario);
        return path;
    }

    private static ChildProcess Mbsa(string scenario) => ChildProcess.Run("mbsa.dll", () => ["run", scenario, "--quiet"]);

    private static double FirstQuantum(string scenario)
    {
        var child = ChildProcess.Run(
            $"{typeof(StartCommand).Assembly.GetName().Name}.dll",
            () => [FirstQuantumCommand.Name, scenario, Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture)]);
        return double.Parse(child.Output, CultureInfo.InvariantCulture) / 1000;
    }
}
