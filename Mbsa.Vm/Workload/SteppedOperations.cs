using System.Collections.Immutable;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Workload;

/// <summary>
/// The operations of a job that are chosen one at a time, by fio's rules: I/Os of several sizes, a sequencer, a share of sequential ones in
/// a random job, holes in a sequential one, other distributions, several files. It ends by itself, as fio does: when enough was
/// transferred, or a pass is over and none is left.
/// </summary>
internal sealed class SteppedOperations
{
    private readonly JobSpec _job;
    private readonly ImmutableArray<FileCursor> _files;
    private readonly bool _isRandom;
    private readonly bool _canForesee;
    private readonly JobLength _length;
    private FileTurns _turns;
    private Xoshiro256 _random;
    private int _untilRandom = 1;

    /// <summary>Lays the job's regions in its files.</summary>
    /// <param name="job">A job that does I/O.</param>
    /// <param name="files">Its files.</param>
    /// <param name="seed">What its draws follow from.</param>
    /// <param name="cloneIndex">Which of the job's clones this is.</param>
    public SteppedOperations(JobSpec job, ImmutableArray<JobExtent> files, ulong seed, int cloneIndex)
    {
        (_job, _random) = (job, new Xoshiro256(seed));
        _isRandom = job.Pattern is IoPattern.RandRead or IoPattern.RandWrite or IoPattern.RandReadWrite;
        _files = [.. files.Select(file => new FileCursor(job, file, cloneIndex))];
        _canForesee = job is { IosPerOffset: 1, HoleBytes: 0, ReadRandomPercent: 100, WriteRandomPercent: 100 };
        _length = new JobLength(job, _files.Sum(file => file.LengthBytes));
        _turns = new FileTurns(job, _files.Length);
    }

    /// <summary>Whether there are no more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes the next operation.</summary>
    /// <param name="isWrite">Whether it writes.</param>
    /// <param name="operation">It; not sequential yet.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(bool isWrite, out IoOperation operation)
    {
        var passes = 0;
        while (!IsOver)
        {
            if (_turns.Next(_files, ref _random) is not { } file)
            {
                EndPass(ref passes);
                continue;
            }

            var (atBytes, length) = Place(file, isWrite);
            if (length == 0)
            {
                file.IsDone = true;
                continue;
            }

            var direction = file[isWrite];
            (direction.LastBytes, direction.EndBytes) = (atBytes, atBytes + length);
            operation = new IoOperation(file.StartBytes + atBytes, length, isWrite, false);
            IsOver = _length.IsReachedBy(length) || IsLast();
            return true;
        }

        operation = default;
        return false;
    }

    /// <summary>Writes down where it stands.</summary>
    public void SaveTo(BinaryWriter to)
    {
        _random.SaveTo(to);
        to.Write(IsOver);
        to.Write(_untilRandom);
        _length.SaveTo(to);
        _turns.SaveTo(to);
        foreach (var file in _files)
        {
            file.SaveTo(to);
        }
    }

    /// <summary>Goes on where one like it stood.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        _random = Xoshiro256.RestoreFrom(from);
        IsOver = from.ReadBoolean();
        _untilRandom = from.ReadInt32();
        _length.RestoreFrom(from);
        _turns.RestoreFrom(from);
        foreach (var file in _files)
        {
            file.RestoreFrom(from);
        }
    }

    private void EndPass(ref int passes)
    {
        IsOver = passes++ > 0 || !_length.HasAnotherPass();
        foreach (var file in _files)
        {
            file.Reset();
        }
    }

    /// <summary>Whether nothing can come after the last operation, where that can be seen at once.</summary>
    private bool IsLast()
    {
        if (!_canForesee || !_length.IsLastPass)
        {
            return false;
        }

        foreach (var file in _files)
        {
            if (!file.IsDone && !file.IsAtEnd(_isRandom))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Chooses the place and length of the next I/O in a file, from the beginning of its region.</summary>
    /// <returns>A length of 0 when its pass is over.</returns>
    private (long AtBytes, int LengthBytes) Place(FileCursor file, bool isWrite)
    {
        var direction = file[isWrite];
        var isTurn = --_untilRandom == 0;
        _untilRandom = isTurn ? _job.IosPerOffset : _untilRandom;
        if (_isRandom && isTurn && IsDrawn(isWrite))
        {
            return AtRandom(file, direction, isWrite, marks: true);
        }

        if (!isTurn && _job.RepeatsOffset)
        {
            return Sized(file, isWrite, Math.Max(0, direction.LastBytes));
        }

        return Following(file, direction) is { } atBytes ? Sized(file, isWrite, atBytes)
            : _isRandom ? AtRandom(file, direction, isWrite, marks: isTurn)
            : default;
    }

    private bool IsDrawn(bool isWrite) =>
        (isWrite ? _job.WriteRandomPercent : _job.ReadRandomPercent) is var percent && (percent == 100 || _random.Below(100) < percent);

    /// <summary>
    /// Behind the last I/O, or a hole further; null at the end of the file. What lies beyond the end of the file, fio takes up again where
    /// the region begins in the file, counted from the beginning of the region.
    /// </summary>
    private long? Following(FileCursor file, FileCursor.DirectionCursor direction)
    {
        if (_job.TimeBased && direction.EndBytes >= file.LengthBytes)
        {
            direction.EndBytes = 0;
        }

        if (file.OffsetBytes + direction.EndBytes >= file.FileBytes)
        {
            return null;
        }

        var atBytes = direction.EndBytes + (direction.EndBytes > 0 ? _job.HoleBytes : 0);
        return atBytes >= 0 && atBytes < file.FileBytes ? atBytes
            : _job.HoleBytes > 0 ? file.OffsetBytes
            : Math.Max(0, file.LengthBytes + _job.HoleBytes);
    }

    private (long AtBytes, int LengthBytes) Sized(FileCursor file, bool isWrite, long atBytes) =>
        (atBytes, LengthFor(isWrite, file.LengthBytes - atBytes));

    private int LengthFor(bool isWrite, long roomBytes) => _job.BlockSizesOf(isWrite) is { } sizes
        ? sizes.Next(ref _random, roomBytes)
        : _job.MinBlockBytes(isWrite) is var bytes && bytes <= roomBytes ? bytes : 0;

    /// <summary>A block of a pass, cut short at the next one that was touched; or any, where there are no passes.</summary>
    private (long AtBytes, int LengthBytes) AtRandom(FileCursor file, FileCursor.DirectionCursor direction, bool isWrite, bool marks)
    {
        var block = direction.Blocks.Next(ref _random);
        var map = direction.Map;
        block = map?.NextFree(block) ?? block;
        if (block < 0)
        {
            return default;
        }

        var placed = Sized(file, isWrite, block * direction.AlignBytes);
        if (map is null || !marks || placed.LengthBytes == 0)
        {
            return placed;
        }

        var run = map.FreeRun(block, (placed.LengthBytes + direction.MinBytes - 1) / direction.MinBytes);
        map.Touch(block, run);
        return (placed.AtBytes, (int)Math.Min(placed.LengthBytes, (long)run * direction.MinBytes));
    }
}
