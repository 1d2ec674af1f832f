using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Mbsa.Bench.Reporting;

namespace Mbsa.Bench.Measuring;

/// <summary>
/// fio on a file in memory (tmpfs). The file is written once and has no name any more when fio opens it through this process, so nothing
/// is left behind however the bench ends.
/// </summary>
internal sealed class FioProcess : IDisposable
{
    private const string Directory = "/dev/shm";

    private readonly FileStream _file;

    /// <summary>Makes and fills the file.</summary>
    public FioProcess(long sizeBytes)
    {
        var path = Path.Combine(Directory, $"mbsa-bench-{Environment.ProcessId}");
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        File.Delete(path);
        var chunk = new byte[1 << 20];
        new System.Random(1).NextBytes(chunk);
        for (var written = 0L; written < sizeBytes; written += chunk.Length)
        {
            _file.Write(chunk);
        }
    }

    /// <summary>fio's version; null when it is not installed.</summary>
    public static string? Version { get; } = FindVersion();

    /// <summary>Why fio cannot be measured here; null when it can.</summary>
    public static string? WhyNot => Version is null ? "fio is not installed (apt-get install fio)"
        : !System.IO.Directory.Exists(Directory) ? $"there is no {Directory} to keep fio's file in"
        : null;

    /// <summary>Runs fio once.</summary>
    /// <param name="engine">fio's <c>ioengine</c>.</param>
    /// <param name="point">What to do.</param>
    /// <param name="warmupSeconds">Run and not measured.</param>
    /// <param name="seconds">Measured.</param>
    public FioRun Run(string engine, IoPoint point, double warmupSeconds, double seconds)
    {
        var descriptor = _file.SafeFileHandle.DangerousGetHandle();
        using var process = Start(
            "--name=bench", $"--ioengine={engine}", $"--filename=/proc/{Environment.ProcessId}/fd/{descriptor}",
            $"--rw={Show.Pattern(point.Pattern)}", $"--bs={IoPoint.BlockBytes}", $"--size={point.DiskBytes}", $"--numjobs={point.Jobs}",
            "--direct=0", "--norandommap", "--randrepeat=0", "--invalidate=0", "--allow_file_create=0", "--time_based",
            $"--ramp_time={Milliseconds(warmupSeconds)}",
            $"--runtime={Milliseconds(seconds)}", "--group_reporting", "--output-format=json");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var jsonAt = output.IndexOf('{', StringComparison.Ordinal);
        if (process.ExitCode != 0 || jsonAt < 0)
        {
            throw new BenchException(
                $"fio ended with exit code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()} {output.Trim()}");
        }

        using var json = JsonDocument.Parse(output[jsonAt..]);
        var jobs = json.RootElement.GetProperty("jobs")[0]; // one, as they are reported as a group
        var (read, write) = (jobs.GetProperty("read"), jobs.GetProperty("write"));
        var operations = read.GetProperty("total_ios").GetDouble() + write.GetProperty("total_ios").GetDouble();
        return new FioRun(
            read.GetProperty("iops").GetDouble() + write.GetProperty("iops").GetDouble(),
            jobs.GetProperty("minf").GetDouble() / Math.Max(1, operations));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, seconds * 1000):0}ms");

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("fio", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string? FindVersion()
    {
        try
        {
            using var process = Start("--version");
            var version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return version;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

/// <summary>What a run of fio measured after its warm-up.</summary>
/// <param name="Iops">I/Os per second of all jobs together.</param>
/// <param name="FaultsPerIo">Page faults per I/O: of the mapping, for an engine that maps.</param>
internal sealed record FioRun(double Iops, double FaultsPerIo);
