using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Mbsa.Nvm.Layout;

namespace Mbsa.Vm.Migrating;

/// <summary>
/// What goes from one host to another when a VM moves, sealed: bytes that say what they are and whether they are whole. Little endian:
/// <code>
///    0  8  magic: what is in it
///    8  2  format version
///   10  2  packing: 0 none, 1 deflate
///   12  4  CRC-32C of the body as it lies here
///   16  8  bytes of the body unpacked
///   24     the body
/// </code>
/// The length of a packed body depends on the machine that packed it. Nothing under the virtual clock may go by it.
/// </summary>
public static class Shipment
{
    /// <summary>The format this program writes and reads.</summary>
    public const ushort FormatVersion = 1;

    private const int HeadBytes = 24, Plain = 0, Deflated = 1;

    /// <summary>Bytes after which a body that hardly gets smaller is no longer packed.</summary>
    private const long TrialBytes = 1 << 20;

    /// <summary>Seals a body; packed when that makes it smaller. Holds it twice at most.</summary>
    /// <param name="magic">What is in it, 8 bytes.</param>
    /// <param name="bodyBytes">Bytes of the body.</param>
    /// <param name="body">The body in parts, each good until the next one; gone through up to two times.</param>
    /// <exception cref="InvalidDataException">It is too long for one shipment.</exception>
    internal static byte[] Seal(ReadOnlySpan<byte> magic, long bodyBytes, IEnumerable<ReadOnlyMemory<byte>> body)
    {
        using var packed = Pack(bodyBytes, body);
        var lengthBytes = packed?.Length ?? bodyBytes;
        if (lengthBytes > Array.MaxLength - HeadBytes)
        {
            throw new InvalidDataException($"{bodyBytes} bytes are to be moved at once, "
                + $"and at most {Array.MaxLength - HeadBytes} can be; take a smaller disk, or payload 'stamp'");
        }

        var shipment = new byte[HeadBytes + lengthBytes];
        if (packed is not null)
        {
            packed.CopyTo(shipment.AsSpan(HeadBytes));
        }
        else
        {
            var rest = shipment.AsSpan(HeadBytes);
            foreach (var part in body)
            {
                part.Span.CopyTo(rest);
                rest = rest[part.Length..];
            }
        }

        magic.CopyTo(shipment);
        BinaryPrimitives.WriteUInt16LittleEndian(shipment.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(shipment.AsSpan(10), packed is null ? (ushort)Plain : (ushort)Deflated);
        BinaryPrimitives.WriteUInt32LittleEndian(shipment.AsSpan(12), Checksum.Crc32C(shipment.AsSpan(HeadBytes)));
        BinaryPrimitives.WriteInt64LittleEndian(shipment.AsSpan(16), bodyBytes);
        return shipment;
    }

    /// <summary>Opens a shipment.</summary>
    /// <param name="shipment">The shipment.</param>
    /// <param name="magic">What must be in it.</param>
    /// <param name="what">What people call it.</param>
    /// <returns>Its body.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    internal static Stream Open(byte[] shipment, ReadOnlySpan<byte> magic, string what)
    {
        if (shipment.Length < HeadBytes || !shipment.AsSpan(0, 8).SequenceEqual(magic))
        {
            throw new InvalidDataException($"{what}: it does not begin with '{Encoding.ASCII.GetString(magic)}', so it is something else");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(shipment.AsSpan(8));
        var packing = BinaryPrimitives.ReadUInt16LittleEndian(shipment.AsSpan(10));
        if (version != FormatVersion || packing > Deflated)
        {
            throw new InvalidDataException($"{what}: its format version is {version}, packing {packing}; "
                + $"this program reads version {FormatVersion}; run the same program on both hosts");
        }

        if (Checksum.Crc32C(shipment.AsSpan(HeadBytes)) != BinaryPrimitives.ReadUInt32LittleEndian(shipment.AsSpan(12)))
        {
            throw new InvalidDataException($"{what}: its checksum is wrong; it was damaged on its way");
        }

        var body = new MemoryStream(shipment, HeadBytes, shipment.Length - HeadBytes, writable: false);
        return packing == Plain ? body : new DeflateStream(body, CompressionMode.Decompress);
    }

    /// <summary>Bytes of the body of a shipment unpacked: the same on every machine.</summary>
    public static long BodyBytes(byte[] shipment)
    {
        ArgumentNullException.ThrowIfNull(shipment);
        return shipment.Length < HeadBytes ? 0 : BinaryPrimitives.ReadInt64LittleEndian(shipment.AsSpan(16));
    }

    /// <returns>The body packed; null when that does not make it smaller.</returns>
    private static SegmentStream? Pack(long bodyBytes, IEnumerable<ReadOnlyMemory<byte>> body)
    {
        var packed = new SegmentStream();
        var doneBytes = 0L;
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var part in body)
            {
                deflate.Write(part.Span);
                doneBytes += part.Length;
                if (doneBytes >= TrialBytes && packed.Length > doneBytes - (doneBytes >> 5))
                {
                    break; // random bytes: not worth the time
                }
            }
        }

        if (doneBytes == bodyBytes && packed.Length < bodyBytes)
        {
            return packed;
        }

        packed.Dispose();
        return null;
    }
}

/// <summary>A stream to write into that grows by segments, so that nothing already written is copied or held twice.</summary>
internal sealed class SegmentStream : Stream
{
    private const int SegmentBytes = 1 << 20;

    private readonly List<byte[]> _segments = [];
    private long _length;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var within = (int)(_length % SegmentBytes);
            if (within == 0)
            {
                _segments.Add(new byte[SegmentBytes]);
            }

            var part = buffer[..Math.Min(buffer.Length, SegmentBytes - within)];
            part.CopyTo(_segments[^1].AsSpan(within));
            buffer = buffer[part.Length..];
            _length += part.Length;
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Copies all that was written.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        var left = _length;
        foreach (var segment in _segments)
        {
            var part = segment.AsSpan(0, (int)Math.Min(left, SegmentBytes));
            part.CopyTo(destination);
            destination = destination[part.Length..];
            left -= part.Length;
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
