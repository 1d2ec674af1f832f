namespace Mbsa.Vm.Storage;

/// <summary>The blocks of 4096 bytes that a range of a disk touches, each with what the range covers of it.</summary>
/// <param name="offsetBytes">Start of the range.</param>
/// <param name="lengthBytes">Its length.</param>
internal readonly ref struct BlockParts(long offsetBytes, long lengthBytes)
{
    private readonly long _endBytes = offsetBytes + lengthBytes;

    /// <summary>The first block.</summary>
    public long FirstBlock { get; } = offsetBytes / BlockStorage.BlockBytes;

    /// <summary>How many there are.</summary>
    public int BlockCount => lengthBytes == 0 ? 0 : (int)((_endBytes - 1) / BlockStorage.BlockBytes - FirstBlock) + 1;

    /// <summary>Begins the walk.</summary>
    public Walk GetEnumerator() => new(offsetBytes, _endBytes);

    /// <summary>A walk over the blocks.</summary>
    internal ref struct Walk(long nextBytes, long endBytes)
    {
        private long _nextBytes = nextBytes;

        /// <summary>Where the walk is.</summary>
        public BlockPart Current { get; private set; }

        /// <summary>Goes on to the next block.</summary>
        public bool MoveNext()
        {
            if (_nextBytes >= endBytes)
            {
                return false;
            }

            var block = _nextBytes / BlockStorage.BlockBytes;
            var partEnd = Math.Min(endBytes, (block + 1) * BlockStorage.BlockBytes);
            Current = new BlockPart(block, _nextBytes, (int)(partEnd - _nextBytes));
            _nextBytes = partEnd;
            return true;
        }
    }
}

/// <summary>What a range covers of one block.</summary>
/// <param name="Block">The block.</param>
/// <param name="OffsetBytes">Where on the disk the part begins.</param>
/// <param name="LengthBytes">How long it is.</param>
internal readonly record struct BlockPart(long Block, long OffsetBytes, int LengthBytes)
{
    /// <summary>Whether it is the whole block.</summary>
    public bool IsWhole => LengthBytes == BlockStorage.BlockBytes;
}
