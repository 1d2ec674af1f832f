using System.Diagnostics;

namespace Mbsa.Bench.Measuring;

/// <summary>A program of this folder, run to its end as a process of its own.</summary>
/// <param name="Seconds">Real time from before its start until after its end.</param>
/// <param name="PeakResidentBytes">The most memory it had resident, as last seen some milliseconds before its end.</param>
/// <param name="Output">What it printed.</param>
internal sealed record ChildProcess(double Seconds, long PeakResidentBytes, string Output)
{
    /// <summary>Runs it.</summary>
    /// <param name="assembly">File name of the program, beside the bench.</param>
    /// <param name="arguments">Its arguments; may be made late, as one may be the time of the start.</param>
    /// <exception cref="BenchException">It failed.</exception>
    public static ChildProcess Run(string assembly, Func<IEnumerable<string>> arguments)
    {
        var watch = Stopwatch.StartNew();
        using var process = Process
            .Start(new ProcessStartInfo(Runtime(), [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments()])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peakBytes = 0L;
        do
        {
            peakBytes = Math.Max(peakBytes, ProcStatus.PeakResidentBytes(process.Id) ?? 0);
        }
        while (!process.WaitForExit(milliseconds: 2));

        var seconds = watch.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? new ChildProcess(seconds, peakBytes, output.GetAwaiter().GetResult())
            : throw new BenchException($"{assembly} ended with exit code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()}");
    }

    /// <summary>The runtime this process runs on, whether it was started by it or by its own launcher.</summary>
    public static string Runtime() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : "dotnet";
}
