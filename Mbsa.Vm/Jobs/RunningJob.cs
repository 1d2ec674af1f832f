using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Jobs;

/// <summary>
/// One clone of a job on a VCPU: where it stands, and when it may go on.
/// The pace is an absolute schedule, so a job that fell behind catches up as in fio.
/// </summary>
public class RunningJob
{
    /// <summary>Core time a partial CPU hog computes and then idles, together and on the average, in nanoseconds.</summary>
    public const double ComputePeriodNs = 1_000_000;

    private const long NoBatch = -1;

    /// <summary>
    /// I/Os that can be taken at once: 64 places in the map and their counts of writes fit the first cache beside the I/O's own bytes.
    /// </summary>
    public const int LongestBatch = 64;

    private readonly JobRhythm? _rhythm;
    private JobPace _pace;
    private int _untilThink;
    private double _computedNs;
    private double _busyNs;
    private bool _thinks;
    private long _batchStartNs;
    private readonly IoOperation[] _batch;

    /// <summary>A job about to start.</summary>
    /// <param name="spec">What it does.</param>
    /// <param name="source">Its operations; null for a CPU hog.</param>
    /// <param name="transfer">What happens to the bytes; null for a CPU hog.</param>
    /// <param name="times">What its I/Os ask of the host; null for a CPU hog.</param>
    /// <param name="nowNs">The scenario's clock now;
    /// the start delay counts from here, and the random place in the cycle from its end.</param>
    /// <param name="rhythm">Its phase and jitter; null to begin at the beginning and have all cycles alike.</param>
    public RunningJob(JobSpec spec, OperationSource? source, IoTransfer? transfer,
        OperationTimes? times, long nowNs, JobRhythm? rhythm = null)
    {
        Spec = spec;
        Source = source;
        Transfer = transfer;
        Times = times;
        NotBeforeNs = nowNs + spec.StartDelayNs;
        EndsAtNs = spec.RuntimeNs is { } runtime ? NotBeforeNs + runtime : long.MaxValue;
        BytesLeft = source?.TotalBytes ?? long.MaxValue;
        _pace = source is null ? default : new JobPace(spec, source, NotBeforeNs);
        _untilThink = spec.ThinkTimeBlocks;
        _batchStartNs = NotBeforeNs;
        _busyNs = BusyNs;
        LongestOperationNs = source is null ? 0 : LongestOf(source, times!.AloneNsByKind);
        _batch = source is null ? [] : new IoOperation[LongestBatch];
        IsPaced = spec.ThinkTimeNs > 0 || _pace.HasRate;
        _rhythm = rhythm;
        if (rhythm is not null)
        {
            BeginSomewhere(rhythm);
        }
    }

    /// <summary>What it does.</summary>
    public JobSpec Spec { get; }

    /// <summary>Its operations; null for a CPU hog.</summary>
    public OperationSource? Source { get; }

    /// <summary>What happens to the bytes; null for a CPU hog.</summary>
    public IoTransfer? Transfer { get; }

    /// <summary>What its I/Os ask of the host; null for a CPU hog.</summary>
    public OperationTimes? Times { get; }

    /// <summary>How long any of its I/Os takes at most alone on the host, in nanoseconds; 0 for a CPU hog.</summary>
    public double LongestOperationNs { get; }

    /// <summary>The I/O it is in the middle of, if that is longer than a quantum. It goes on at the job's next turn.</summary>
    public OperationInPieces InPieces { get; } = new();

    /// <summary>It may not run before this time.</summary>
    public long NotBeforeNs { get; private set; }

    /// <summary>Its runtime is over at this time.</summary>
    public long EndsAtNs { get; private set; }

    /// <summary>Bytes it has still to transfer; <see cref="long.MaxValue"/> when only time ends it.</summary>
    public long BytesLeft { get; set; }

    /// <summary>It has think time or a rate, so <see cref="Pace"/> must hear of every operation.</summary>
    public bool IsPaced { get; }

    /// <summary>It will think when the quantum ends.</summary>
    protected bool IsAboutToThink => _thinks;

    /// <summary>
    /// Whether it came to its end. As in fio, an I/O that is under way when the runtime is over is brought to its end, and counts.
    /// </summary>
    public bool IsFinished(long nowNs) => (BytesLeft <= 0 || nowNs >= EndsAtNs) && !InPieces.IsUnderWay;

    /// <summary>Whether it can go on now.</summary>
    public virtual bool MayRun(long nowNs) => NotBeforeNs <= nowNs && !IsFinished(nowNs);

    /// <summary>Whether it does nothing more and has nothing in flight.</summary>
    public virtual bool IsOver(long nowNs) => IsFinished(nowNs);

    /// <summary>Takes the next operations, none after the one with which the job has transferred all it had to.</summary>
    /// <param name="length">How many at most; no more than <see cref="LongestBatch"/>, and one of a job that is paced.</param>
    /// <param name="nowNs">The scenario's clock about now: a direction that is ahead of its rate lets the other go first.</param>
    /// <returns>At least one; good until the next call.</returns>
    public ReadOnlySpan<IoOperation> TakeBatch(int length, long nowNs)
    {
        var isEndless = BytesLeft == long.MaxValue;
        var fitting = isEndless ? length : Math.Clamp(BytesLeft / Math.Max(Spec.ReadBlockBytes, Spec.WriteBlockBytes), 1, length);
        var batch = _batch.AsSpan(0, (int)fitting);
        Draw(batch, nowNs);
        for (var i = 0; i < batch.Length && !isEndless; i++)
        {
            BytesLeft -= batch[i].LengthBytes;
        }

        return batch;
    }

    /// <summary>Draws operations, none of a direction that is ahead of its rate while the other is not.</summary>
    protected void Draw(Span<IoOperation> operations, long nowNs) => Source!.Draw(operations, _pace.HeldAt(nowNs));

    /// <summary>Takes note of an operation that completes about now.</summary>
    /// <returns>Whether the job must pause before the next one.</returns>
    public bool Pace(bool isWrite, long nowNs)
    {
        _pace.Count(isWrite);
        NotBeforeNs = (long)_pace.NextNs;
        if (Spec.ThinkTimeNs > 0 && --_untilThink == 0)
        {
            _untilThink = Spec.ThinkTimeBlocks;
            _thinks = true;
        }

        return _thinks || NotBeforeNs > nowNs;
    }

    /// <summary>Core time a CPU hog computes before it idles, at most the budget.</summary>
    public double ComputeBudgetNs(long budgetNs) =>
        Spec.CpuPercent == 100 ? budgetNs : Math.Min(budgetNs, Math.Max(1, _busyNs - _computedNs));

    /// <summary>Takes note of the end of a quantum.</summary>
    /// <param name="endNs">When it ended.</param>
    /// <param name="computedNs">Nominal core time computed in it; 0 for I/O.</param>
    /// <returns>How long the batch before a think time took, if a whole one ended with the quantum, in nanoseconds.</returns>
    public long? EndQuantum(long endNs, double computedNs)
    {
        long? batchNs = null;
        if (_thinks)
        {
            _thinks = false;
            batchNs = _batchStartNs == NoBatch ? null : endNs - _batchStartNs;
            NotBeforeNs = Math.Max(NotBeforeNs, endNs + (long)AroundNs(Spec.ThinkTimeNs));
            _batchStartNs = NotBeforeNs;
        }

        _computedNs += computedNs;
        if (IsPartTimeHog && _computedNs >= _busyNs)
        {
            // Each part has a draw of its own: the means keep the share, and how long it idles does not hang on how long it computed.
            (_computedNs, _busyNs) = (0, AroundNs(BusyNs));
            NotBeforeNs = endNs + (long)AroundNs(ComputePeriodNs - BusyNs);
        }

        return batchNs;
    }

    /// <summary>Writes down where it stands, between two quanta.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(NotBeforeNs);
        to.Write(EndsAtNs);
        to.Write(BytesLeft);
        _pace.SaveTo(to);
        to.Write(_untilThink);
        to.Write(_computedNs);
        to.Write(_thinks);
        to.Write(_batchStartNs);
        InPieces.SaveTo(to);
        if (_rhythm is not null)
        {
            to.Write(_busyNs);
            _rhythm.SaveTo(to);
        }

        Source?.SaveTo(to);
        Transfer?.SaveTo(to);
    }

    /// <summary>Goes on where one like it stood, on the same clock.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        NotBeforeNs = from.ReadInt64();
        EndsAtNs = from.ReadInt64();
        BytesLeft = from.ReadInt64();
        _pace.RestoreFrom(from);
        _untilThink = from.ReadInt32();
        _computedNs = from.ReadDouble();
        _thinks = from.ReadBoolean();
        _batchStartNs = from.ReadInt64();
        InPieces.RestoreFrom(from);
        if (_rhythm is not null)
        {
            _busyNs = from.ReadDouble();
            _rhythm.RestoreFrom(from);
        }

        Source?.RestoreFrom(from);
        Transfer?.RestoreFrom(from);
    }

    private bool IsPartTimeHog => Spec.Pattern == IoPattern.Compute && Spec.CpuPercent < 100;

    private double BusyNs => ComputePeriodNs * Spec.CpuPercent / 100;

    private double AroundNs(double meanNs) => _rhythm?.AroundNs(meanNs) ?? meanNs;

    /// <summary>
    /// Goes to a random place of the job's cycle: of a duty cycle, of a batch and its think time, of the time between two I/Os of a rate.
    /// Who has none of them begins at once. The runtime counts from before.
    /// </summary>
    private void BeginSomewhere(JobRhythm rhythm)
    {
        var startNs = NotBeforeNs;
        if (IsPartTimeHog)
        {
            var placeNs = Math.Floor(rhythm.PlaceNs(ComputePeriodNs));
            (_computedNs, NotBeforeNs) = placeNs < _busyNs ? (placeNs, startNs) : (0, startNs + (long)(ComputePeriodNs - placeNs));
        }

        if (_pace.HasRate)
        {
            _pace.BeginSomewhere(rhythm);
            NotBeforeNs = _batchStartNs = (long)_pace.NextNs;
        }

        if (Source is not null && Spec.ThinkTimeNs > 0)
        {
            BeginWithinBatch(startNs, rhythm.PlaceNs((LongestOperationNs * Spec.ThinkTimeBlocks) + Spec.ThinkTimeNs));
        }
    }

    /// <summary>
    /// Begins where this much is left of a batch, alone on the host, and the think time after it.
    /// A batch that is not done from its start is not timed.
    /// </summary>
    private void BeginWithinBatch(long startNs, double leftNs)
    {
        if (leftNs > Spec.ThinkTimeNs)
        {
            _untilThink = (int)Math.Clamp(Math.Ceiling((leftNs - Spec.ThinkTimeNs) / LongestOperationNs), 1, Spec.ThinkTimeBlocks);
            _batchStartNs = _untilThink < Spec.ThinkTimeBlocks ? NoBatch : NotBeforeNs;
        }
        else
        {
            NotBeforeNs = _batchStartNs = Math.Max(NotBeforeNs, startNs + (long)leftNs);
            _pace.BeginAt(NotBeforeNs);
        }
    }

    private static double LongestOf(OperationSource source, ReadOnlySpan<double> aloneNsByKind)
    {
        var longestNs = 0d;
        for (var kind = 0; kind < aloneNsByKind.Length; kind++)
        {
            if ((kind & 2) != 0 ? source.Writes : source.Reads)
            {
                longestNs = Math.Max(longestNs, aloneNsByKind[kind]);
            }
        }

        return longestNs;
    }
}
