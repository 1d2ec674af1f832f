using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mbsa.Actors.Wire;

/// <summary>
/// The form of everything that nodes tell each other: JSON (a missing member has its default, an unknown one is an error), and bulk as it
/// is beside it. Nodes of different versions never talk, which their handshake sees to, so there is one form only.
/// </summary>
internal static class WireFormat
{
    /// <summary>Number of the form; part of the handshake. It grows with every change of a message.</summary>
    public const int Version = 6;

    private const int LengthBytes = 4;

    private static readonly JsonSerializerOptions _options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,
        Converters = { new LatencyBatchConverter(), new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>Writes a message without blobs, for people or to compare.</summary>
    public static string ToText<T>(T message) => JsonSerializer.Serialize(message, _options);

    /// <summary>Writes a message: length of the text, compressed text, then each blob with its length.</summary>
    public static byte[] ToBytes<T>(T message)
    {
        using var stream = new MemoryStream();
        BlobConverter.Travelling = [];
        try
        {
            Append(stream, Compress(JsonSerializer.SerializeToUtf8Bytes(message, _options)));
            foreach (var blob in BlobConverter.Travelling)
            {
                Append(stream, blob);
            }
        }
        finally
        {
            BlobConverter.Travelling = null;
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public static T FromBytes<T>(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var text = Take(ref bytes);
            BlobConverter.Travelling = [];
            while (!bytes.IsEmpty)
            {
                BlobConverter.Travelling.Add(Take(ref bytes).ToArray());
            }

            return JsonSerializer.Deserialize<T>(Expand(text), _options) ?? throw new JsonException("it is null");
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidDataException or NotSupportedException)
        {
            throw new InvalidDataException($"a message of another node cannot be read as {typeof(T).Name}: {damaged.Message}", damaged);
        }
        finally
        {
            BlobConverter.Travelling = null;
        }
    }

    private static void Append(MemoryStream stream, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        stream.Write(length);
        stream.Write(bytes);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes)
    {
        var length = bytes.Length < LengthBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes.Span);
        if (length < 0 || length > bytes.Length - LengthBytes)
        {
            throw new InvalidDataException("it was cut short");
        }

        var part = bytes.Slice(LengthBytes, length);
        bytes = bytes[(LengthBytes + length)..];
        return part;
    }

    private static byte[] Compress(ReadOnlySpan<byte> text)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.Fastest))
        {
            deflate.Write(text);
        }

        return stream.ToArray();
    }

    private static byte[] Expand(ReadOnlyMemory<byte> compressed)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress))
        {
            deflate.CopyTo(stream);
        }

        return stream.ToArray();
    }
}
