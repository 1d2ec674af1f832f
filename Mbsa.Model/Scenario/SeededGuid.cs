using System.Buffers.Binary;
using System.Text;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Model.Scenario;

/// <summary>Identities that are the same in every run of a scenario.</summary>
public static class SeededGuid
{
    /// <summary>A GUID that follows from a seed and a name.</summary>
    public static Guid Of(ulong seed, string name)
    {
        var state = SplitMix64.Mix(seed);
        foreach (var part in Encoding.UTF8.GetBytes(name))
        {
            state = SplitMix64.Mix(state ^ part);
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, state);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], SplitMix64.Mix(state));
        return new Guid(bytes);
    }
}
