using System.Text.Json;
using Mbsa.Host.Tests.Commands;

namespace Mbsa.Host.Tests.Fio;

/// <summary>What a clone of a job did: under the real fio, or here.</summary>
internal sealed record FioJob(string Name, int Group, long Reads, long Writes, double Seconds);

/// <summary>Runs a job file, by the program fio on files in memory, and as the workload of a VM.</summary>
internal static class FioRun
{
    /// <summary>What fio does with it.</summary>
    public static async Task<FioJob[]> RealAsync(string jobFile)
    {
        using var json = JsonDocument.Parse(await RealTextAsync(jobFile, "json"));
        return [.. json.RootElement.GetProperty("jobs").EnumerateArray().Select(job => new FioJob(
            job.GetProperty("jobname").GetString()!,
            job.GetProperty("groupid").GetInt32(),
            job.GetProperty("read").GetProperty("total_ios").GetInt64(),
            job.GetProperty("write").GetProperty("total_ios").GetInt64(),
            Math.Max(Milliseconds(job, "read"), Milliseconds(job, "write")) / 1e3))];
    }

    /// <summary>What fio says of it, in one of its forms.</summary>
    public static async Task<string> RealTextAsync(string jobFile, string format)
    {
        ExternalProgram.Require("fio", "fio");
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var folder = Directory.CreateDirectory(Path.Combine(root, $"fio-{Guid.NewGuid():n}"));
        try
        {
            var file = Path.Combine(folder.FullName, "job.fio");
            await File.WriteAllTextAsync(file, jobFile);
            var (exitCode, output) = await ExternalProgram.RunAsync(
                "fio", null, $"--output-format={format}", $"--directory={folder.FullName}", $"--aux-path={folder.FullName}", file);
            Assert.True(exitCode == 0, output);
            return output[output.IndexOf('{', StringComparison.Ordinal)..];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Milliseconds(JsonElement job, string direction) => job.GetProperty(direction).GetProperty("runtime").GetInt64();

    /// <summary>The report of a run of it here, for a time on a disk of 64 MiB.</summary>
    public static async Task<JsonDocument> ReportAsync(
        string jobFile, string duration, string warmup = "0s", int vcpus = 2, string path = "memory-bus", string clock = "virtual") =>
        JsonDocument.Parse(await TextAsync(jobFile, duration, warmup, vcpus, path, clock, "--json", "-"));

    /// <summary>What a run of it here writes to standard output when it is asked for something there.</summary>
    public static async Task<string> TextAsync(
        string jobFile, string duration, string warmup, int vcpus, string path, string clock, params string[] asked)
    {
        var folder = Directory.CreateTempSubdirectory("fio-run");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "job.fio"), jobFile);
            var scenario = Path.Combine(folder.FullName, "scenario.yaml");
            await File.WriteAllTextAsync(scenario, $$"""
                name: job-file
                duration: {{duration}}
                warmup: {{warmup}}
                clock: {{clock}}
                host: { machine: generic-4core, nvm: { size: 128MiB } }
                vms:
                  - name: vm
                    vcpus: {{vcpus}}
                    storage: { path: {{path}}, size: 64MiB }
                    workload: { fio: job.fio }
                """);
            using var program = new TestProgram { Real = true, ReadsFiles = true, Time = TimeProvider.System };
            await program.InvokeAsync(["run", scenario, .. asked]);
            var text = program.StandardOutputText;
            Assert.True(text.Length > 0, string.Join('\n', program.Errors));
            return text;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The jobs of a report.</summary>
    public static FioJob[] Jobs(JsonDocument report) =>
        [.. report.RootElement.GetProperty("vms")[0].GetProperty("jobs").EnumerateArray().Select(job => new FioJob(
            job.GetProperty("name").GetString()!,
            job.GetProperty("group").GetInt32(),
            job.GetProperty("read_ops").GetInt64(),
            job.GetProperty("write_ops").GetInt64(),
            job.GetProperty("active_seconds").GetDouble()))];

    /// <summary>The problems of a report.</summary>
    public static string[] Problems(JsonDocument report) =>
        [.. report.RootElement.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!)];
}
