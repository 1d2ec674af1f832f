namespace Mbsa.Vm.Migrating;

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
