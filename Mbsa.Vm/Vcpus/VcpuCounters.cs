using System.Runtime.InteropServices;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// What one VCPU did since it started. Only its worker writes, with plain stores; anybody may read at any time and sees values that were
/// true a moment ago. A cache line of padding on both sides keeps two VCPUs' counters from sharing one.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public sealed class VcpuCounters
{
    /// <summary>Reads completed.</summary>
    [FieldOffset(64)] public long ReadOperations;

    /// <summary>Writes completed.</summary>
    [FieldOffset(72)] public long WriteOperations;

    /// <summary>Bytes read.</summary>
    [FieldOffset(80)] public long ReadBytes;

    /// <summary>Bytes written.</summary>
    [FieldOffset(88)] public long WriteBytes;

    /// <summary>Core time held for I/O, in nanoseconds; waiting for bus and NVM is part of it.</summary>
    [FieldOffset(96)] public long StorageNs;

    /// <summary>Core time held for computing, in nanoseconds.</summary>
    [FieldOffset(104)] public long ComputeNs;

    /// <summary>Time ready to run without a core, in nanoseconds.</summary>
    [FieldOffset(112)] public long WaitingNs;

    /// <summary>Quanta granted.</summary>
    [FieldOffset(120)] public long Quanta;

    /// <summary>Counts I/Os of one direction that are complete.</summary>
    public void Count(bool isWrite, long operations, long bytes)
    {
        if (isWrite)
        {
            WriteOperations += operations;
            WriteBytes += bytes;
        }
        else
        {
            ReadOperations += operations;
            ReadBytes += bytes;
        }
    }

    /// <summary>Adds another VCPU's counters to these.</summary>
    public void Add(VcpuCounters other)
    {
        ReadOperations += other.ReadOperations;
        WriteOperations += other.WriteOperations;
        ReadBytes += other.ReadBytes;
        WriteBytes += other.WriteBytes;
        StorageNs += other.StorageNs;
        ComputeNs += other.ComputeNs;
        WaitingNs += other.WaitingNs;
        Quanta += other.Quanta;
    }

    /// <summary>Sets these back by another's: what happened since that one was taken.</summary>
    public void Subtract(VcpuCounters earlier)
    {
        ReadOperations -= earlier.ReadOperations;
        WriteOperations -= earlier.WriteOperations;
        ReadBytes -= earlier.ReadBytes;
        WriteBytes -= earlier.WriteBytes;
        StorageNs -= earlier.StorageNs;
        ComputeNs -= earlier.ComputeNs;
        WaitingNs -= earlier.WaitingNs;
        Quanta -= earlier.Quanta;
    }

    /// <summary>Writes them down, 64 bytes.</summary>
    public void SaveTo(BinaryWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        foreach (var count in (ReadOnlySpan<long>)[ReadOperations, WriteOperations,
            ReadBytes, WriteBytes, StorageNs, ComputeNs, WaitingNs, Quanta])
        {
            to.Write(count);
        }
    }

    /// <summary>Goes on from counts that were written down.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        ReadOperations = from.ReadInt64();
        WriteOperations = from.ReadInt64();
        ReadBytes = from.ReadInt64();
        WriteBytes = from.ReadInt64();
        StorageNs = from.ReadInt64();
        ComputeNs = from.ReadInt64();
        WaitingNs = from.ReadInt64();
        Quanta = from.ReadInt64();
    }

    /// <summary>A sum over several VCPUs.</summary>
    public static VcpuCounters Sum(IEnumerable<VcpuCounters> counters)
    {
        var sum = new VcpuCounters();
        foreach (var each in counters)
        {
            sum.Add(each);
        }

        return sum;
    }
}
