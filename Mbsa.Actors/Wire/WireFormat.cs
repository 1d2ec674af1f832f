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
    public const int Version = 7;

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

/// <summary>Bytes that travel beside the text of a message and not in it.</summary>
[JsonConverter(typeof(BlobConverter))]
internal readonly record struct Blob(byte[] Bytes)
{
    /// <summary>The same as plain bytes.</summary>
    public static implicit operator byte[](Blob blob) => blob.Bytes;

    /// <summary>The same to be sent.</summary>
    public static implicit operator Blob(byte[] bytes) => new(bytes);
}

/// <summary>Writes the place of a blob among those that travel with the message that is being written on this thread.</summary>
internal sealed class BlobConverter : JsonConverter<Blob>
{
    /// <summary>The blobs of the message at hand; set by whoever writes or reads it.</summary>
    [ThreadStatic]
    internal static List<byte[]>? Travelling;

    /// <inheritdoc/>
    public override Blob Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var place = reader.GetInt32();
        return Travelling is { } blobs && place >= 0 && place < blobs.Count
            ? blobs[place]
            : throw new JsonException($"there is no blob {place}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Blob value, JsonSerializerOptions options)
    {
        var blobs = Travelling ?? throw new InvalidOperationException("a blob travels with a message of WireFormat only");
        blobs.Add(value.Bytes);
        writer.WriteNumberValue(blobs.Count - 1);
    }
}
