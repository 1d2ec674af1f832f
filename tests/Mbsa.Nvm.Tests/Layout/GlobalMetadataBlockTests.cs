using System.Buffers.Binary;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Layout;

public sealed class GlobalMetadataBlockTests
{
    private static readonly GlobalMetadataBlock _sample =
        new(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), DeviceGeometry.Plan(64 << 20, 100), 7, 41, 40);

    [Fact]
    public void What_was_encoded_is_decoded()
    {
        Assert.Equal(_sample, GlobalMetadataBlock.Decode(Encode(_sample), out var problem));
        Assert.Empty(problem);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format_document()
    {
        var block = Encode(_sample);

        Assert.Equal("MBSA-NVM"u8, block.AsSpan(0, 8));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(8)));
        Assert.Equal(Convert.FromHexString("00112233445566778899AABBCCDDEEFF"), block[16..32]);
        Assert.Equal(16384, BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(32)));
        Assert.Equal(7, BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(80)));
    }

    [Fact]
    public void Every_single_flipped_bit_is_seen()
    {
        var block = Encode(_sample);
        for (var bit = 0; bit < block.Length * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(GlobalMetadataBlock.Decode(block, out var problem));
            Assert.NotEmpty(problem);
            block[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData(5, 6, 1)]
    [InlineData(6, 5, 0)]
    [InlineData(6, 6, 0)]
    public void The_newer_copy_counts(int first, int second, int chosen)
    {
        var (block, copy) = GlobalMetadataBlock.Choose(Encode(_sample with { Generation = (ulong)first }),
            Encode(_sample with { Generation = (ulong)second }));

        Assert.Equal((chosen, (ulong)Math.Max(first, second)), (copy, block.Generation));
    }

    [Fact]
    public void A_newer_copy_that_is_not_valid_does_not_count()
    {
        var torn = Encode(_sample with { Generation = 99 });
        torn.AsSpan(64, 64).Clear();

        Assert.Equal((_sample, 0), GlobalMetadataBlock.Choose(Encode(_sample), torn));
        Assert.Equal((_sample, 1), GlobalMetadataBlock.Choose(torn, Encode(_sample)));
    }

    [Fact]
    public void Another_version_is_named()
    {
        var block = Encode(_sample);
        block[8] = 2;

        var error = Assert.Throws<NvmException>(() => GlobalMetadataBlock.Choose(block, block));

        Assert.Equal("GMB: neither copy is valid: its format version is 2; this program reads version 1", error.Message);
    }

    private static byte[] Encode(GlobalMetadataBlock gmb)
    {
        var block = new byte[4096];
        gmb.Encode(block);
        return block;
    }
}
