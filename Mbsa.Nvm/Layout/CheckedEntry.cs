using System.Numerics;

namespace Mbsa.Nvm.Layout;

/// <summary>
/// An 8-byte entry that checks itself: bits 0 to 47 are its content, bits 48 to 63 a checksum over the content, the table's owner and the
/// entry's place, so that a flipped bit, an entry in the wrong place and an entry of another table are all seen. Eight aligned bytes
/// never tear. All zero means absent.
/// </summary>
public static class CheckedEntry
{
    /// <summary>The bits an entry can hold.</summary>
    public const ulong ContentMask = (1UL << 48) - 1;

    /// <summary>Seals a content for a place.</summary>
    /// <param name="content">At most 48 bits.</param>
    /// <param name="owner">Whose table it is.</param>
    /// <param name="place">Which entry of that table.</param>
    public static ulong Seal(ulong content, uint owner, ulong place) => content | ((ulong)Check(content, owner, place) << 48);

    /// <summary>Opens an entry; false when its checksum does not fit its content, its owner and its place.</summary>
    public static bool TryOpen(ulong entry, uint owner, ulong place, out ulong content)
    {
        content = entry & ContentMask;
        return entry >> 48 == Check(content, owner, place);
    }

    private static ushort Check(ulong content, uint owner, ulong place)
    {
        // The content goes last: a CRC of 32 bits folded to 16 still sees every single flipped bit of it (a test flips them all).
        var crc = BitOperations.Crc32C(BitOperations.Crc32C(~owner, place), content);
        return (ushort)~(crc ^ (crc >> 16));
    }
}
