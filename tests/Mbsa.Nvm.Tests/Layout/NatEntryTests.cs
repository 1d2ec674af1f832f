using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Layout;

public sealed class NatEntryTests
{
    private static readonly NatEntry _sample = new()
    {
        Index = 3,
        Generation = 12,
        InUse = true,
        ChildId = 9,
        Blocks = 1000,
        RootBlock = 77,
        Levels = 2,
        Name = new string('ä', 32),
    };

    [Fact]
    public void What_was_encoded_is_decoded_in_its_own_place_only()
    {
        var slot = Encode(_sample);

        Assert.Equal(_sample, NatEntry.Decode(slot, 3));
        Assert.Null(NatEntry.Decode(slot, 4));
    }

    [Fact]
    public void Every_single_flipped_bit_is_seen()
    {
        var slot = Encode(_sample);
        for (var bit = 0; bit < slot.Length * 8; bit++)
        {
            slot[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(NatEntry.Decode(slot, 3));
            slot[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void The_newer_valid_slot_counts()
    {
        var older = Encode(_sample);
        var newer = Encode(_sample with { Generation = 13, InUse = false });
        var torn = (byte[])newer.Clone();
        torn.AsSpan(64).Clear();

        Assert.Equal((13UL, 1), Choose(older, newer));
        Assert.Equal((13UL, 0), Choose(newer, older));
        Assert.Equal((12UL, 0), Choose(older, torn));
        Assert.Equal((12UL, 1), Choose(torn, older));
        Assert.Equal((0UL, 1), Choose(torn, new byte[NatEntry.SlotBytes]));
        Assert.Contains("NAT entry 3", Assert.Throws<NvmException>(() => Choose(torn, torn)).Message, StringComparison.Ordinal);
    }

    private static (ulong Generation, int Slot) Choose(byte[] first, byte[] second)
    {
        var (entry, slot) = NatEntry.Choose(first.Concat(second).ToArray(), 3);
        return (entry.Generation, slot);
    }

    private static byte[] Encode(NatEntry entry)
    {
        var slot = new byte[NatEntry.SlotBytes];
        entry.Encode(slot);
        return slot;
    }
}
