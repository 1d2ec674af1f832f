using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mbsa.Actors.Wire;

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
