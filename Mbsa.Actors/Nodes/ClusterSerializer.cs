using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.Serialization;
using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Writes the messages between nodes. Their manifests are short and carry a version; nothing is found by the name of a type.
/// </summary>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly Dictionary<Type, string> _manifests = new()
    {
        [typeof(Frame)] = "f1",
        [typeof(FrameAck)] = "a1",
        [typeof(ToHost)] = "h1",
        [typeof(AskStatus)] = "as1",
        [typeof(HostStatus)] = "hs1",
        [typeof(HostBroke)] = "hb1",
        [typeof(EndHost)] = "eh1",
        [typeof(HostEnded)] = "he1",
        [typeof(ToRun)] = "r1",
        [typeof(AskRun)] = "ar1",
        [typeof(RunStatus)] = "rs1",
        [typeof(InterruptRun)] = "ir1",
        [typeof(RunOver)] = "ro1",
        [typeof(Hello)] = "hi1",
        [typeof(Welcome)] = "we1",
        [typeof(Unwelcome)] = "un1",
    };

    private static readonly Dictionary<string, Type> _types = _manifests.ToDictionary(entry => entry.Value, entry => entry.Key);

    /// <summary>Every type it writes.</summary>
    public static IEnumerable<Type> Types => _manifests.Keys;

    /// <inheritdoc/>
    public override int Identifier => 0x4D62; // "Mb"; below 40 is Akka's

    /// <inheritdoc/>
    public override string Manifest(object o) => _manifests.TryGetValue(o.GetType(), out var manifest)
        ? manifest
        : throw new ArgumentException($"{o.GetType()} is not for other nodes");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj switch
    {
        Frame frame => Write(frame),
        ToHost to => Write(to.Message, writer =>
        {
            writer.Write(to.Run);
            writer.Write(to.Host);
        }),
        ToRun to => Write(to.Message, writer => writer.Write(to.Run)),
        _ => JsonSerializer.SerializeToUtf8Bytes(obj, obj.GetType()),
    };

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!_types.TryGetValue(manifest, out var type))
        {
            throw new InvalidDataException($"another node sent a message '{manifest}', which is unknown here");
        }

        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return manifest switch
        {
            "f1" => new Frame(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadBytes(reader.ReadInt32())),
            "h1" => new ToHost(reader.ReadString(), reader.ReadInt32(), ReadMessage(reader)),
            "r1" => new ToRun(reader.ReadString(), ReadMessage(reader)),
            _ => JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidDataException($"a message '{manifest}' is empty"),
        };
    }

    private static byte[] Write(Frame frame)
    {
        using var stream = new MemoryStream(frame.Bytes.Length + 32);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(frame.Parcel);
        writer.Write(frame.Index);
        writer.Write(frame.Count);
        writer.Write(frame.Bytes.Length);
        writer.Write(frame.Bytes);
        return stream.ToArray();
    }

    private byte[] Write(INodeMessage message, Action<BinaryWriter> writeAddress)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writeAddress(writer);
        writer.Write(Manifest(message));
        var bytes = ToBinary(message);
        writer.Write(bytes.Length);
        writer.Write(bytes);
        return stream.ToArray();
    }

    private INodeMessage ReadMessage(BinaryReader reader)
    {
        var manifest = reader.ReadString();
        if (manifest is "h1" or "r1")
        {
            throw new InvalidDataException("another node sent an address within an address");
        }

        return (INodeMessage)FromBinary(reader.ReadBytes(reader.ReadInt32()), manifest);
    }
}

/// <summary>Bound to every type that has no serializer: nothing goes to another node by accident.</summary>
internal sealed class RefusingSerializer(ExtendedActorSystem system) : Serializer(system)
{
    /// <inheritdoc/>
    public override int Identifier => 0x4D63;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new NotSupportedException($"{obj.GetType()} is not for other nodes");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new NotSupportedException("a message of another node was written by no serializer of ours");
}
