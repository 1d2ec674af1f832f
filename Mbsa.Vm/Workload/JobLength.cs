namespace Mbsa.Vm.Workload;

/// <summary>
/// When a clone of a job has done enough, by the rules of fio 3.33: in its loops together it transfers what <c>io_size</c>, or else the
/// size, says for each; it goes through <c>loops</c> passes at most, and then through more until <c>io_size</c> is reached, but begins
/// none for less than its largest block.
/// </summary>
internal sealed class JobLength
{
    private readonly bool _isEndless;
    private readonly bool _hasIoSize;
    private readonly long _largestBytes;
    private readonly Int128 _minBytes;
    private readonly Int128 _maxBytes;
    private readonly Int128 _maxIos;
    private Int128 _bytes;
    private Int128 _ios;
    private int _loopsLeft;

    /// <summary>The length of a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="regionBytes">What its regions in all its files come to.</param>
    public JobLength(JobSpec job, long regionBytes)
    {
        var sizeBytes = job is { FileSizeBytes: not null, Size: { Percent: 0 } size } ? Math.Min(size.Bytes, regionBytes) : regionBytes;
        _isEndless = job.TimeBased;
        _hasIoSize = job.IoSizeBytes is not null;
        _largestBytes = Math.Max(job.ReadBlockBytes, job.WriteBlockBytes);
        _minBytes = job.IoSizeBytes ?? sizeBytes;
        _maxBytes = _minBytes * job.Loops;
        _maxIos = job.NumberIos is { } ios ? (Int128)ios * job.Loops : Int128.MaxValue;
        _loopsLeft = job.Loops - 1;
    }

    /// <summary>Whether no pass comes after this one, whatever is still done in it.</summary>
    public bool IsLastPass => !_isEndless && _loopsLeft == 0 && !MayGoOnForIoSize;

    private bool MayGoOnForIoSize => _hasIoSize && _ios < _maxIos && _minBytes - _bytes >= _largestBytes;

    /// <summary>Counts an I/O.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool IsReachedBy(int lengthBytes)
    {
        _bytes += lengthBytes;
        _ios++;
        return !_isEndless && (_bytes >= _maxBytes || _ios >= _maxIos);
    }

    /// <summary>Whether another pass comes after the one that is over; if so it has begun.</summary>
    public bool HasAnotherPass()
    {
        if (_isEndless)
        {
            return true;
        }

        if (_loopsLeft > 0)
        {
            _loopsLeft--;
            return true;
        }

        return MayGoOnForIoSize;
    }

    /// <summary>
    /// Bytes of a job that goes through its region block by block, all of one size, and does nothing else.
    /// </summary>
    /// <param name="passBytes">Bytes of a pass, whole blocks; null when there are no passes.</param>
    /// <param name="blockBytes">Bytes of a block.</param>
    /// <returns>At most the largest number there is.</returns>
    public long TotalOf(long? passBytes, int blockBytes)
    {
        var bytes = _maxBytes;
        if (passBytes is { } pass)
        {
            var afterLoops = (Int128)pass * (_loopsLeft + 1);
            var missing = _hasIoSize ? _minBytes - afterLoops : 0;
            var morePasses = missing >= _largestBytes ? ((missing - _largestBytes) / pass) + 1 : 0;
            bytes = Int128.Min(bytes, afterLoops + (morePasses * pass));
        }

        var capped = _maxIos > long.MaxValue ? bytes : Int128.Min(bytes, _maxIos * blockBytes);
        return (long)Int128.Min(long.MaxValue, capped);
    }

    /// <summary>Writes down how much was done.</summary>
    public void SaveTo(BinaryWriter to)
    {
        to.Write((long)_bytes);
        to.Write((long)_ios);
        to.Write(_loopsLeft);
    }

    /// <summary>Goes on where one of the same job stood.</summary>
    public void RestoreFrom(BinaryReader from) => (_bytes, _ios, _loopsLeft) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt32());
}
