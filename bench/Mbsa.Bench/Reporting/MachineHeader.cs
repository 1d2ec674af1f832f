using System.Runtime.InteropServices;
using Mbsa.Bench.Measuring;
using Mbsa.Nvm.Memory;

namespace Mbsa.Bench.Reporting;

/// <summary>On what the figures were reached; without it they say nothing.</summary>
internal static class MachineHeader
{
    /// <summary>Prints it as a list.</summary>
    public static void Print(TextWriter output)
    {
        output.WriteLine(
            $"- processor: {Processor()}, {Environment.ProcessorCount} cores, non-temporal stores of {NonTemporal.StoreBytes} bytes");
        output.WriteLine($"- memory available: {MemoryAvailableBytes() >> 20} MiB; "
            + $"large pages for shared memory: {FirstLine("/sys/kernel/mm/transparent_hugepage/shmem_enabled")}");
        output.WriteLine($"- {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, fio: "
            + $"{FioProcess.Version ?? "not installed"}");
        output.WriteLine("- first touch of a page that has its memory already: "
            + $"{FirstTouch.SecondsPerByte * 4096 * 1e9:0} ns (more than about 300: an outer host traps it)");
        output.WriteLine("- load average before the bench (1, 5, 15 minutes; "
            + $"more than about 0.2 means somebody else is measured too): {FirstLine("/proc/loadavg")}");
        output.WriteLine();
    }

    /// <summary>Memory that can be had without harm to others, in bytes; 0 when the kernel does not say.</summary>
    public static long MemoryAvailableBytes() => File.Exists("/proc/meminfo")
        ? File.ReadLines("/proc/meminfo").Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(ProcStatus.Bytes).FirstOrDefault()
        : 0;

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
        : "unknown";

    private static string FirstLine(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault() ?? "" : "unknown";
}
