namespace Mbsa.Actors.Wire;

/// <summary>What actors of one node tell those of another.</summary>
internal interface INodeMessage;

/// <summary>A part of a parcel: remoting bounds a message at 128,000 bytes, and a long one would hold up heartbeats.</summary>
/// <param name="Parcel">Number of the parcel, from its sender.</param>
/// <param name="Index">Which part, from 0.</param>
/// <param name="Count">Parts in all.</param>
/// <param name="Bytes">The part.</param>
internal sealed record Frame(long Parcel, int Index, int Count, byte[] Bytes) : INodeMessage;

/// <summary>From whoever receives frames: it has all until this one.</summary>
internal sealed record FrameAck(long Parcel, int Index) : INodeMessage;

/// <summary>
/// One end of a talk in parcels of any size between two actors. Few frames are under way at once. Frames can be lost with a connection;
/// then the parcel never arrives, and whoever sent it sends it anew when asked. Not thread-safe: an actor's own.
/// </summary>
internal sealed class ParcelPort
{
    private const int FrameBytes = 64 << 10;
    private const int Window = 16;

    private readonly Queue<byte[]> _waiting = new();
    private byte[]? _outgoing;
    private long _outgoingParcel;
    private int _sent;
    private int _acknowledged;
    private byte[]?[] _incoming = [];
    private long _incomingParcel = -1;
    private int _received;

    /// <summary>Sends a parcel, after those sent before.</summary>
    /// <param name="parcel">What to send.</param>
    /// <param name="send">Delivers a message to the other end.</param>
    public void Send(byte[] parcel, Action<INodeMessage> send)
    {
        _waiting.Enqueue(parcel);
        Go(send);
    }

    /// <summary>Sends a parcel in place of whatever is under way or waits: that seems to be lost.</summary>
    /// <param name="parcel">What to send.</param>
    /// <param name="send">Delivers a message to the other end.</param>
    public void SendAnew(byte[] parcel, Action<INodeMessage> send)
    {
        _waiting.Clear();
        _outgoing = null;
        Send(parcel, send);
    }

    /// <summary>Forgets what is under way: the other end is a new one.</summary>
    public void Reset()
    {
        _waiting.Clear();
        (_outgoing, _incomingParcel, _incoming) = (null, -1, []);
    }

    /// <summary>The other end has received frames: more can follow.</summary>
    public void On(FrameAck ack, Action<INodeMessage> send)
    {
        if (_outgoing is not null && ack.Parcel == _outgoingParcel)
        {
            _acknowledged = Math.Max(_acknowledged, ack.Index + 1);
            Go(send);
        }
    }

    /// <summary>A frame has come.</summary>
    /// <returns>The parcel, when this was its last frame.</returns>
    public byte[]? On(Frame frame, Action<INodeMessage> send)
    {
        if (frame.Parcel != _incomingParcel)
        {
            if (frame.Parcel < _incomingParcel || frame.Count < 1 || frame.Index != 0)
            {
                return null; // of a parcel that was given up
            }

            (_incomingParcel, _incoming, _received) = (frame.Parcel, new byte[]?[frame.Count], 0);
        }

        if (frame.Index < 0 || frame.Index >= _incoming.Length || _incoming[frame.Index] is not null)
        {
            return null;
        }

        _incoming[frame.Index] = frame.Bytes;
        _received++;
        var isWhole = _received == _incoming.Length;
        if (isWhole || _received % (Window / 2) == 0)
        {
            send(new FrameAck(frame.Parcel, frame.Index));
        }

        if (!isWhole)
        {
            return null;
        }

        var parcel = Join(_incoming!);
        _incoming = [];
        return parcel;
    }

    private static byte[] Join(byte[][] parts)
    {
        if (parts.Length == 1)
        {
            return parts[0];
        }

        var whole = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }

        return whole;
    }

    private void Go(Action<INodeMessage> send)
    {
        while (_outgoing is not null || _waiting.Count > 0)
        {
            if (_outgoing is null)
            {
                (_outgoing, _sent, _acknowledged) = (_waiting.Dequeue(), 0, 0);
                _outgoingParcel++;
            }

            var count = Math.Max(1, (_outgoing.Length + FrameBytes - 1) / FrameBytes);
            for (; _sent < count && _sent - _acknowledged < Window; _sent++)
            {
                var start = _sent * FrameBytes;
                send(new Frame(_outgoingParcel, _sent, count, _outgoing[start..Math.Min(_outgoing.Length, start + FrameBytes)]));
            }

            if (_sent < count)
            {
                return; // when more are acknowledged
            }

            _outgoing = null;
        }
    }
}
