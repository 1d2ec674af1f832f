using System.Globalization;

namespace Mbsa.Bench.Measuring;

/// <summary>What the kernel tells of a process and of memory.</summary>
internal static class ProcStatus
{
    /// <summary>The most memory a process had resident so far, in bytes; null when it is gone.</summary>
    public static long? PeakResidentBytes(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : Bytes(line);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a line "Name:   123 kB".</summary>
    public static long Bytes(string line) =>
        1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
}
