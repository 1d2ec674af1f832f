using System.Buffers.Binary;
using Mbsa.Vm.Migrating;

namespace Mbsa.Vm.Tests.Migrating;

public sealed class ShipmentTests
{
    private static ReadOnlySpan<byte> Magic => "MBSATEST"u8;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(1000, true)]
    [InlineData(1000, false)]
    [InlineData(5 << 20, true)]
    [InlineData(5 << 20, false)]
    public void What_went_in_comes_out(int bytes, bool isRandom)
    {
        var body = Body(bytes, isRandom);
        var shipment = Shipment.Seal(Magic, bytes, InParts(body));
        Assert.Equal(body, Unpack(shipment));
        Assert.Equal(bytes, Shipment.BodyBytes(shipment));
    }

    [Fact]
    public void It_is_packed_where_that_makes_it_smaller_and_else_costs_its_head()
    {
        Assert.InRange(Shipment.Seal(Magic, 5 << 20, InParts(Body(5 << 20, isRandom: false))).Length, 0, 262_144);
        Assert.Equal(24 + (5 << 20), Shipment.Seal(Magic, 5 << 20, InParts(Body(5 << 20, isRandom: true))).Length);
        Assert.Equal(24 + 16, Shipment.Seal(Magic, 16, InParts(Body(16, isRandom: true))).Length);
    }

    [Fact]
    public void What_begins_at_random_and_goes_on_regular_is_whole_all_the_same()
    {
        byte[] body = [.. Body(3 << 20, isRandom: true), .. Body(3 << 20, isRandom: false), .. Body(12345, isRandom: true)];
        Assert.Equal(body, Unpack(Shipment.Seal(Magic, body.Length, InParts(body))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(16)]
    public void A_large_body_is_held_twice_at_most(int everySoManyBlocksAreZero)
    {
        const int Blocks = 8192, BlockBytes = 4096;
        IEnumerable<ReadOnlyMemory<byte>> Body()
        {
            var (block, random) = (new byte[BlockBytes], new Random(1));
            for (var i = 0; i < Blocks; i++)
            {
                random.NextBytes(block);
                if (everySoManyBlocksAreZero > 0 && i % everySoManyBlocksAreZero == 0)
                {
                    block.AsSpan().Clear();
                }

                yield return block;
            }
        }

        Shipment.Seal(Magic, 0, []); // what is allocated once is allocated
        var before = GC.GetAllocatedBytesForCurrentThread();
        var shipment = Shipment.Seal(Magic, (long)Blocks * BlockBytes, Body());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, shipment.Length, 2L * shipment.Length + (4 << 20));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_byte_that_changed_on_its_way_is_an_error(bool isRandom)
    {
        var shipment = Shipment.Seal(Magic, 3000, InParts(Body(3000, isRandom)));
        for (var at = 0; at < shipment.Length; at++)
        {
            if (at is >= 16 and < 24)
            {
                continue; // the length is a note to whoever reads no further
            }

            shipment[at] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Unpack(shipment));
            shipment[at] ^= 0x10;
        }

        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => Unpack(shipment[..^1])).Message);
    }

    [Fact]
    public void Something_else_and_another_version_are_called_so()
    {
        Assert.Contains("'MBSATEST'", Assert.Throws<InvalidDataException>(() => Unpack([])).Message);
        Assert.Contains("'MBSATEST'",
            Assert.Throws<InvalidDataException>(() => Unpack("MBSATESU and more than a head of bytes"u8.ToArray())).Message);
        var shipment = Shipment.Seal(Magic, 10, InParts(Body(10, isRandom: true)));
        BinaryPrimitives.WriteUInt16LittleEndian(shipment.AsSpan(8), 2);
        Assert.Contains("version is 2", Assert.Throws<InvalidDataException>(() => Unpack(shipment)).Message);
    }

    [Fact]
    public void A_guest_of_another_shape_is_called_so()
    {
        var guest = MigratedGuest.Seal(to => to.Write(7L));
        MigratedGuest.Open(guest, from => Assert.Equal(7, from.ReadInt64()));
        Assert.Contains("less", Assert.Throws<InvalidDataException>(() =>
            MigratedGuest.Open(guest, from => _ = from.ReadInt64() + from.ReadInt64())).Message);
        Assert.Contains("more", Assert.Throws<InvalidDataException>(() => MigratedGuest.Open(guest, from => from.ReadInt32())).Message);
    }

    private static byte[] Body(int bytes, bool isRandom)
    {
        var body = new byte[bytes];
        if (isRandom)
        {
            new Random(bytes).NextBytes(body);
        }
        else
        {
            for (var i = 0; i < bytes; i++)
            {
                body[i] = (byte)(i / 100);
            }
        }

        return body;
    }

    /// <summary>The body in parts that share one buffer, as parts may.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> InParts(byte[] body)
    {
        var buffer = new byte[77_777];
        foreach (var part in body.Chunk(buffer.Length))
        {
            part.CopyTo(buffer, 0);
            yield return buffer.AsMemory(0, part.Length);
        }
    }

    private static byte[] Unpack(byte[] shipment)
    {
        using var body = Shipment.Open(shipment, Magic, "test");
        using var bytes = new MemoryStream();
        body.CopyTo(bytes);
        return bytes.ToArray();
    }
}
