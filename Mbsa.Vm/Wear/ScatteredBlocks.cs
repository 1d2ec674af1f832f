using System.Buffers.Binary;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Wear;

/// <summary>
/// A bijection that strews the blocks of a disk at random over as many places: a Feistel network of four rounds over the next even number
/// of bits, walked along its cycle until it is back among the blocks (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA
/// 2002). The keys come from the disk's UUID: no two disks are strewn alike, and a disk always the same way.
/// </summary>
internal sealed class ScatteredBlocks
{
    private const int Rounds = 4;

    private readonly uint _count;
    private readonly int _halfBits;
    private readonly ulong[] _keys = new ulong[Rounds];

    /// <summary>A bijection over so many blocks.</summary>
    public ScatteredBlocks(long count, Guid diskId)
    {
        _count = checked((uint)count);
        _halfBits = 1;
        while (1L << (2 * _halfBits) < count)
        {
            _halfBits++;
        }

        Span<byte> id = stackalloc byte[16];
        diskId.TryWriteBytes(id, bigEndian: true, out _);
        var seeder =
            new SplitMix64(SplitMix64.Mix(BinaryPrimitives.ReadUInt64BigEndian(id)) ^ BinaryPrimitives.ReadUInt64BigEndian(id[8..]));
        for (var round = 0; round < Rounds; round++)
        {
            _keys[round] = seeder.Next();
        }
    }

    /// <summary>The place of a block.</summary>
    public uint PlaceOf(uint block)
    {
        var place = (ulong)block;
        do
        {
            place = Encrypt(place);
        }
        while (place >= _count);
        return (uint)place;
    }

    private ulong Encrypt(ulong value)
    {
        var mask = (1UL << _halfBits) - 1;
        var (left, right) = (value >> _halfBits, value & mask);
        foreach (var key in _keys)
        {
            (left, right) = (right, left ^ (new SplitMix64(right ^ key).Next() & mask));
        }

        return (left << _halfBits) | right;
    }
}
