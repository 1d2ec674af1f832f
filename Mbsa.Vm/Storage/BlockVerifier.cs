namespace Mbsa.Vm.Storage;

/// <summary>
/// Checks that each block read is the one last written. Shared by all jobs on one disk, whatever threads they run on:
/// a stripe of locks lets a read see exactly the last acknowledged write of its block,
/// so that a lost, torn, misplaced or stale block is told from a good one. Works on whole blocks of 4096 bytes, one after the other.
/// A block that was not written through it, or of which a part was written last, is read but not judged. Not on the plain path.
/// </summary>
public sealed class BlockVerifier
{
    private const int Stripes = 1024;

    /// <summary>Set in the generation of a block of which a part was written since: nobody can say what it should hold.</summary>
    private const uint InPart = 0x8000_0000;

    private readonly ulong _seed;
    private readonly bool _withChecksum;
    private readonly int _transferBytes;
    private readonly uint[] _generations;
    private readonly Lock[] _stripes;
    private long _verified, _wrong;
    private string? _firstWrong;
    private BlockClaims? _claims;

    /// <summary>Makes a verifier for a disk on which nothing was written yet.</summary>
    /// <param name="diskBytes">Size of the disk.</param>
    /// <param name="seed">Tells this disk's blocks from those of others.</param>
    /// <param name="method">What of a block is checked; <see cref="VerifyMethod.None"/> makes no sense here.</param>
    /// <param name="stampOnly">Whether just the 64-byte header of each block is moved, in place of all 4096 bytes.</param>
    /// <exception cref="ArgumentException">There is nothing to verify by.</exception>
    public BlockVerifier(long diskBytes, ulong seed, VerifyMethod method, bool stampOnly = false)
    {
        if (method is not (VerifyMethod.Meta or VerifyMethod.Crc32c))
        {
            throw new ArgumentException($"a verifier needs a method, not {method}", nameof(method));
        }

        _seed = seed;
        _transferBytes = stampOnly ? VerifiedHeader.Bytes : BlockStorage.BlockBytes;
        _withChecksum = method == VerifyMethod.Crc32c && !stampOnly;
        _generations = new uint[diskBytes / BlockStorage.BlockBytes];
        _stripes = new Lock[Math.Min(Stripes, Math.Max(1, _generations.Length))];
        for (var stripe = 0; stripe < _stripes.Length; stripe++)
        {
            _stripes[stripe] = new Lock();
        }
    }

    /// <summary>Blocks read and compared.</summary>
    public long BlocksVerified => Interlocked.Read(ref _verified);

    /// <summary>Blocks among them that were not what was last written.</summary>
    public long BlocksWrong => Interlocked.Read(ref _wrong);

    /// <summary>The first wrong block, in words; null as long as there is none.</summary>
    public string? FirstWrong => Volatile.Read(ref _firstWrong);

    /// <summary>Bytes that <see cref="Write"/> and <see cref="Read"/> need to work in.</summary>
    public int ScratchBytes => _transferBytes;

    /// <summary>Writes the next generation of each block of a range.</summary>
    /// <param name="session">The job's own session.</param>
    /// <param name="offsetBytes">Start.</param>
    /// <param name="lengthBytes">Length; of a block that is not covered in full a part is written.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/> of the job's own; overwritten.</param>
    /// <exception cref="ArgumentException">The range is not within the disk, or the scratch is too short.</exception>
    public void Write(BlockStorage session, long offsetBytes, long lengthBytes, Span<byte> scratch)
    {
        scratch = Check(offsetBytes, lengthBytes, scratch);
        foreach (var part in Parts(offsetBytes, lengthBytes))
        {
            lock (StripeOf(part.Block))
            {
                if (!part.IsWhole)
                {
                    _generations[part.Block] |= InPart; // before the write: it may be lost on its way
                    session.Write(part.OffsetBytes, scratch[..Math.Min(part.LengthBytes, scratch.Length)]);
                    continue;
                }

                var header = new VerifiedHeader(_seed, part.Block, NextGeneration(part.Block));
                header.Fill(scratch, _withChecksum);
                session.Write(part.OffsetBytes, scratch);
                _generations[part.Block] = header.Generation;
            }
        }
    }

    /// <summary>Reads each block of a range and compares it with what was last written.</summary>
    /// <param name="session">The job's own session.</param>
    /// <param name="offsetBytes">Start.</param>
    /// <param name="lengthBytes">Length; a block that is not covered in full is not judged.</param>
    /// <param name="scratch">At least <see cref="ScratchBytes"/> of the job's own; overwritten.</param>
    /// <exception cref="ArgumentException">The range is not within the disk, or the scratch is too short.</exception>
    public void Read(BlockStorage session, long offsetBytes, long lengthBytes, Span<byte> scratch)
    {
        scratch = Check(offsetBytes, lengthBytes, scratch);
        foreach (var part in Parts(offsetBytes, lengthBytes))
        {
            lock (StripeOf(part.Block))
            {
                session.Read(part.OffsetBytes, scratch[..Math.Min(part.LengthBytes, scratch.Length)]);
                if (part.IsWhole && IsKnown(part.Block))
                {
                    Judge(part.Block, scratch, _claims?.IsUnsure(part.Block, countClaimed: true) == true);
                }
            }
        }
    }

    /// <summary>Reads back every block that was written.</summary>
    /// <returns>Wrong blocks found this time.</returns>
    public long VerifyAll(BlockStorage session)
    {
        var before = BlocksWrong;
        Span<byte> scratch = stackalloc byte[BlockStorage.BlockBytes];
        for (var block = 0; block < _generations.Length; block++)
        {
            if (IsKnown(block))
            {
                Read(session, (long)block * BlockStorage.BlockBytes, BlockStorage.BlockBytes, scratch);
            }
        }

        return BlocksWrong - before;
    }

    /// <summary>Makes the verifier ready for I/O in flight. What was in flight before is lost.</summary>
    public void BeginClaims()
    {
        _claims ??= new BlockClaims(_generations.Length);
        _claims.LoseAll();
    }

    /// <summary>Claims the blocks of an operation that is about to be submitted, after <see cref="BeginClaims"/>.</summary>
    /// <returns>False when an operation on one of them is in flight.</returns>
    public bool TryClaim(long offsetBytes, int lengthBytes)
    {
        var parts = Parts(offsetBytes, lengthBytes);
        return _claims!.TryClaim(parts.FirstBlock, parts.BlockCount);
    }

    /// <summary>
    /// Fills a buffer with the next generation of the claimed blocks that it will be written to. Of those that it covers in part nobody
    /// can say any more what they should hold.
    /// </summary>
    public void FillClaimed(long offsetBytes, Span<byte> buffer)
    {
        foreach (var part in Parts(offsetBytes, buffer.Length))
        {
            if (part.IsWhole)
            {
                new VerifiedHeader(_seed, part.Block, NextGeneration(part.Block))
                    .Fill(buffer.Slice((int)(part.OffsetBytes - offsetBytes), _transferBytes), _withChecksum);
            }
            else
            {
                _generations[part.Block] |= InPart;
            }
        }
    }

    /// <summary>The operation on claimed blocks is done: takes note of a write, judges what a read found.</summary>
    public void ReleaseClaimed(long offsetBytes, ReadOnlySpan<byte> buffer, bool isWrite)
    {
        foreach (var part in Parts(offsetBytes, buffer.Length))
        {
            if (!part.IsWhole)
            {
                _claims!.ReleasePart(part.Block);
                continue;
            }

            if (isWrite)
            {
                _generations[part.Block] = NextGeneration(part.Block);
            }
            else if (IsKnown(part.Block))
            {
                Judge(part.Block, buffer.Slice((int)(part.OffsetBytes - offsetBytes), _transferBytes), _claims!.IsUnsure(part.Block));
            }

            _claims!.Release(part.Block);
        }
    }

    /// <summary>The operation on claimed blocks was lost: if it was a write, nobody knows which generation they hold.</summary>
    public void AbandonClaimed(long offsetBytes, int lengthBytes)
    {
        foreach (var part in Parts(offsetBytes, lengthBytes))
        {
            _claims!.Lose(part.Block);
        }
    }

    /// <summary>Writes down what it expects of each block and what it found. Nothing may be in flight.</summary>
    public void SaveTo(BinaryWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Write(BlocksVerified);
        to.Write(BlocksWrong);
        to.Write(FirstWrong ?? "");
        foreach (var generation in _generations)
        {
            to.Write7BitEncodedInt64(generation);
        }
    }

    /// <summary>Goes on from what one for the same disk expected and had found.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        ArgumentNullException.ThrowIfNull(from);
        _verified = from.ReadInt64();
        _wrong = from.ReadInt64();
        _firstWrong = from.ReadString() is { Length: > 0 } wrong ? wrong : null;
        foreach (ref var generation in _generations.AsSpan())
        {
            generation = (uint)from.Read7BitEncodedInt64();
        }
    }

    private static BlockParts Parts(long offsetBytes, long lengthBytes) => new(offsetBytes, lengthBytes);

    /// <summary>Whether it is known what a block should hold.</summary>
    private bool IsKnown(long block) => Volatile.Read(ref _generations[block]) is > 0 and < InPart;

    private uint NextGeneration(long block) => (_generations[block] & ~InPart) + 1;

    private Lock StripeOf(long block) => _stripes[block % _stripes.Length];

    /// <param name="block">The block.</param>
    /// <param name="found">What was read of it.</param>
    /// <param name="isUnsure">Whether a write after the last that was acknowledged may have been done as well.</param>
    private void Judge(long block, ReadOnlySpan<byte> found, bool isUnsure)
    {
        Interlocked.Increment(ref _verified);
        var expected = new VerifiedHeader(_seed, block, _generations[block]);
        if (expected.Compare(found, _withChecksum) is not { } problem)
        {
            return;
        }

        if (isUnsure && (expected with { Generation = expected.Generation + 1 }).Compare(found, _withChecksum) is null)
        {
            _generations[block]++;
            return;
        }

        Interlocked.Increment(ref _wrong);
        Interlocked.CompareExchange(ref _firstWrong,
            $"block {expected.Block}, last written as generation {expected.Generation}: {problem}", null);
    }

    private Span<byte> Check(long offsetBytes, long lengthBytes, Span<byte> scratch)
    {
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > (long)_generations.Length * BlockStorage.BlockBytes - lengthBytes)
        {
            throw new ArgumentException($"{lengthBytes} bytes at offset {offsetBytes} are not within the disk", nameof(offsetBytes));
        }

        return scratch.Length >= _transferBytes
            ? scratch[.._transferBytes]
            : throw new ArgumentException($"verifying takes {_transferBytes} bytes to work in, not {scratch.Length}", nameof(scratch));
    }
}
