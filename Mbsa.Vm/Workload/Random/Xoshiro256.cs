using System.Numerics;

namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021): period 2^256 - 1, about a
/// nanosecond a number. A mutable struct: keep it in a field and pass it by reference.
/// </summary>
public struct Xoshiro256
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Seeds the state through <see cref="SplitMix64"/>, as its authors advise.</summary>
    public Xoshiro256(ulong seed)
    {
        var seeder = new SplitMix64(seed);
        (_s0, _s1, _s2, _s3) = (seeder.Next(), seeder.Next(), seeder.Next(), seeder.Next());
    }

    /// <summary>Takes a state as it is; not all of it may be 0.</summary>
    internal Xoshiro256(ulong s0, ulong s1, ulong s2, ulong s3) => (_s0, _s1, _s2, _s3) = (s0, s1, s2, s3);

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>
    /// A number from 0 up to but not including <paramref name="count"/>, by multiply and shift:
    /// the chances of any two differ by at most 2^-64.
    /// </summary>
    public long Below(long count) => (long)Math.BigMul(Next(), (ulong)count, out _);

    /// <summary>A number above 0 and at most 1, in steps of 2^-53.</summary>
    public double NextAboveZero() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>Writes the state down, 32 bytes.</summary>
    internal readonly void SaveTo(BinaryWriter to)
    {
        to.Write(_s0);
        to.Write(_s1);
        to.Write(_s2);
        to.Write(_s3);
    }

    /// <summary>A generator with a state that was written down.</summary>
    internal static Xoshiro256 RestoreFrom(BinaryReader from) =>
        new(from.ReadUInt64(), from.ReadUInt64(), from.ReadUInt64(), from.ReadUInt64());
}
