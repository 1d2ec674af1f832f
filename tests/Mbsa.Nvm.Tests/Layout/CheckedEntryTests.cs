using CsCheck;
using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Tests.Layout;

public sealed class CheckedEntryTests
{
    private static readonly Gen<(ulong Content, uint Owner, ulong Place)> _entries =
        Gen.Select(Gen.ULong[0, CheckedEntry.ContentMask], Gen.UInt, Gen.ULong);

    [Fact]
    public void What_was_sealed_opens_in_its_place() => _entries.Sample(entry =>
        CheckedEntry.TryOpen(CheckedEntry.Seal(entry.Content, entry.Owner, entry.Place), entry.Owner, entry.Place, out var content)
        && content == entry.Content);

    [Fact]
    public void Every_single_flipped_bit_is_seen() => _entries.Sample(entry =>
        Enumerable.Range(0, 64).All(bit => !CheckedEntry.TryOpen(CheckedEntry.Seal(entry.Content, entry.Owner, entry.Place) ^ (1UL << bit),
            entry.Owner, entry.Place, out _)));

    [Fact]
    public void An_entry_in_a_neighbouring_place_or_of_a_neighbouring_owner_is_seen() => _entries.Sample(entry =>
        !CheckedEntry.TryOpen(CheckedEntry.Seal(entry.Content, entry.Owner, entry.Place), entry.Owner, entry.Place ^ 8, out _)
        && !CheckedEntry.TryOpen(CheckedEntry.Seal(entry.Content, entry.Owner, entry.Place), entry.Owner ^ 1, entry.Place, out _));

    [Fact]
    public void The_checksum_is_the_one_of_RFC_3720() =>
        // Appendix B.4: 32 bytes of zeros, and 32 bytes counting up.
        Assert.Equal((0x8A9136AAu, 0x46DD794Eu, 0u),
            (Checksum.Crc32C(new byte[32]), Checksum.Crc32C([.. Enumerable.Range(0, 32).Select(i => (byte)i)]), Checksum.Crc32C([])));
}
