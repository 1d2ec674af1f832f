namespace Mbsa.Vm.Migrating;

/// <summary>
/// Where a guest stands, on its way to another host:
/// a <see cref="Shipment"/> whose body is what each part of the guest wrote down, little endian.
/// </summary>
public static class MigratedGuest
{
    private const string What = "guest";

    private static ReadOnlySpan<byte> Magic => "MBSAGUST"u8;

    /// <summary>Seals what the parts write down.</summary>
    public static byte[] Seal(Action<BinaryWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        write(to);
        to.Flush();
        return Shipment.Seal(Magic, bytes.Length, [bytes.GetBuffer().AsMemory(0, (int)bytes.Length)]);
    }

    /// <summary>Lets the parts read what they wrote down.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public static void Open(byte[] shipment, Action<BinaryReader> read)
    {
        ArgumentNullException.ThrowIfNull(shipment);
        ArgumentNullException.ThrowIfNull(read);
        using var from = new BinaryReader(Shipment.Open(shipment, Magic, What));
        try
        {
            read(from);
        }
        catch (Exception cutShort) when (cutShort is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException(
                $"{What}: it holds less than this program expects of such a VM; give both hosts the same scenario", cutShort);
        }

        if (from.BaseStream.ReadByte() >= 0)
        {
            throw new InvalidDataException(
                $"{What}: it holds more than this program expects of such a VM; give both hosts the same scenario");
        }
    }
}
