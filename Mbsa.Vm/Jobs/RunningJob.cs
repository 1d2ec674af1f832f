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
    private DutyCycle _duty;
    private bool _thinks;
    private long _batchStartNs;
    private readonly IoOperation[] _batch;

    /// <summary>A job about to start.</summary>
    /// <param name="spec">What it does.</param>
    /// <param name="source">Its operations; null for a CPU hog.</param>
    /// <param name="transfer">What happens to the bytes; null for a CPU hog.</param>
    /// <param name="times">What its I/Os ask of the host; null for a CPU hog.</param>
    /// <param name="nowNs">The scenario's clock now; the start delay counts from here, the random place in the cycle from its end.</param>
    /// <param name="rhythm">Its phase and jitter; null to begin at the beginning and have all cycles alike.</param>
    /// <param name="turn">Its place in the order of its VM's jobs; null where none waits for another.</param>
    public RunningJob(JobSpec spec, OperationSource? source, IoTransfer? transfer,
        OperationTimes? times, long nowNs, JobRhythm? rhythm = null, JobTurn? turn = null)
    {
        (Spec, Source, Transfer, Times) = (spec, source, transfer, times);
        BytesLeft = source?.TotalBytes ?? long.MaxValue;
        _untilThink = spec.ThinkTimeBlocks;
        _duty = new DutyCycle(spec.CpuPercent);
        LongestOperationNs = source is null ? 0 : times!.LongestNs(source.Reads, source.Writes);
        _batch = source is null ? [] : new IoOperation[LongestBatch];
        IsPaced = spec.ThinkTimeNs > 0 || JobPace.IsOf(spec);
        (_rhythm, Turn) = (rhythm, turn);
        if (turn is null)
        {
            Begin(nowNs + spec.StartDelayNs);
        }
        else
        {
            (NotBeforeNs, EndsAtNs) = (turn.DueNs, long.MaxValue);
            BeginIfLetGo(nowNs);
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

    /// <summary>The I/O it is in the middle of, if that is longer than a quantum.</summary>
    public OperationInPieces InPieces { get; } = new();

    /// <summary>Its place in the order of its VM's jobs; null where none waits for another.</summary>
    public JobTurn? Turn { get; }

    /// <summary>Where its I/Os are counted, beside its VCPU's record.</summary>
    public JobRecord Record { get; init; } = new();

    /// <summary>Whether it was let go; if not it waits for others, or its start delay.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>When it begins, or began, once it was let go.</summary>
    public long StartNs => RampEndsNs - Spec.RampNs;

    /// <summary>Its ramp time is over at this time: I/Os before it do not count.</summary>
    public long RampEndsNs { get; private set; }

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
    public bool IsFinished(long nowNs) => (BytesLeft <= 0 || nowNs >= EndsAtNs || Turn is { IsOver: true }) && !InPieces.IsUnderWay;

    /// <summary>Whether it can go on now.</summary>
    public virtual bool MayRun(long nowNs) => HasBegun && NotBeforeNs <= nowNs && !IsFinished(nowNs);

    /// <summary>Whether the I/Os of a quantum that began at this time count.</summary>
    public bool Counts(long startNs) => startNs >= RampEndsNs;

    /// <summary>When a quantum that begins now has to end: with the job, or with its ramp time.</summary>
    public long UntilNs(long startNs) => Counts(startNs) ? EndsAtNs : Math.Min(EndsAtNs, RampEndsNs);

    /// <summary>When it wants to go on, or ends, if nobody wakes it before; the largest number for never.</summary>
    public long WakeAtNs(long nowNs) => HasBegun ? Math.Max(nowNs, Math.Min(NotBeforeNs, EndsAtNs))
        : NotBeforeNs > nowNs ? NotBeforeNs : long.MaxValue;

    /// <summary>Begins if its turn has come.</summary>
    internal void BeginIfLetGo(long nowNs)
    {
        if (!HasBegun && Turn?.StartNs is { } startNs)
        {
            Begin(Math.Max(nowNs, startNs));
        }
    }

    /// <summary>Whether it does nothing more and has nothing in flight.</summary>
    public virtual bool IsOver(long nowNs) => IsFinished(nowNs);

    /// <summary>Takes the next operations, none after the one with which the job has transferred all it had to.</summary>
    /// <param name="length">How many at most; no more than <see cref="LongestBatch"/>, and one of a job that is paced.</param>
    /// <param name="nowNs">The scenario's clock about now: a direction that is ahead of its rate lets the other go first.</param>
    /// <returns>At least one, but for a job that finds that it is over; good until the next call.</returns>
    public ReadOnlySpan<IoOperation> TakeBatch(int length, long nowNs)
    {
        var isEndless = BytesLeft == long.MaxValue;
        var fitting = isEndless ? length : Math.Clamp(BytesLeft / Math.Max(Spec.ReadBlockBytes, Spec.WriteBlockBytes), 1, length);
        var batch = _batch.AsSpan(0, Draw(_batch.AsSpan(0, (int)fitting), nowNs));
        for (var i = 0; i < batch.Length && !isEndless; i++)
        {
            BytesLeft -= batch[i].LengthBytes;
        }

        EndIfOver();
        return batch;
    }

    /// <summary>Draws operations, none of a direction that is ahead of its rate while the other is not.</summary>
    /// <returns>How many there were.</returns>
    protected int Draw(Span<IoOperation> operations, long nowNs) => Source!.Draw(operations, _pace.HeldAt(nowNs));

    /// <summary>Takes note of it when there are no more operations.</summary>
    protected void EndIfOver() => BytesLeft = Source!.IsOver ? 0 : BytesLeft;

    /// <summary>Takes note of an operation that completes about now.</summary>
    /// <returns>Whether the job must pause before the next one.</returns>
    public bool Pace(in IoOperation operation, long nowNs)
    {
        _pace.Count(operation.IsWrite, operation.LengthBytes);
        NotBeforeNs = (long)_pace.NextNs;
        if (Spec.ThinkTimeNs > 0 && --_untilThink == 0)
        {
            _untilThink = Spec.ThinkTimeBlocks;
            _thinks = true;
        }

        return _thinks || NotBeforeNs > nowNs;
    }

    /// <summary>Core time a CPU hog computes before it idles, at most the budget.</summary>
    public double ComputeBudgetNs(long budgetNs) => _duty.BudgetNs(budgetNs);

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

        if (Source is null && _duty.Compute(computedNs) is { } idleNs)
        {
            // Each part has a draw of its own: the means keep the share, and how long it idles does not hang on how long it computed.
            _duty.BeginNext(AroundNs(_duty.MeanBusyNs));
            NotBeforeNs = endNs + (long)AroundNs(idleNs);
        }

        return batchNs;
    }

    /// <summary>Writes down where it stands, between two quanta.</summary>
    internal void SaveTo(BinaryWriter to)
    {
        to.Write(HasBegun);
        to.Write(RampEndsNs);
        to.Write(NotBeforeNs);
        to.Write(EndsAtNs);
        to.Write(BytesLeft);
        _pace.SaveTo(to);
        to.Write(_untilThink);
        _duty.SaveTo(to);
        to.Write(_thinks);
        to.Write(_batchStartNs);
        InPieces.SaveTo(to);
        _rhythm?.SaveTo(to);
        Source?.SaveTo(to);
        Transfer?.SaveTo(to);
    }

    /// <summary>Goes on where one like it stood, on the same clock.</summary>
    internal void RestoreFrom(BinaryReader from)
    {
        HasBegun = from.ReadBoolean();
        RampEndsNs = from.ReadInt64();
        NotBeforeNs = from.ReadInt64();
        EndsAtNs = from.ReadInt64();
        BytesLeft = from.ReadInt64();
        _pace.RestoreFrom(from);
        _untilThink = from.ReadInt32();
        _duty.RestoreFrom(from);
        _thinks = from.ReadBoolean();
        _batchStartNs = from.ReadInt64();
        InPieces.RestoreFrom(from);
        _rhythm?.RestoreFrom(from);
        Source?.RestoreFrom(from);
        Transfer?.RestoreFrom(from);
    }

    /// <summary>Begins: its runtime counts from here and its ramp time, its rates from here.</summary>
    private void Begin(long startNs)
    {
        (HasBegun, NotBeforeNs, _batchStartNs, RampEndsNs) = (true, startNs, startNs, startNs + Spec.RampNs);
        EndsAtNs = Spec.RuntimeNs is { } runtimeNs ? RampEndsNs + runtimeNs : long.MaxValue;
        _pace = Source is null ? default : new JobPace(Spec, Source, startNs);
        if (_rhythm is not null)
        {
            BeginSomewhere(_rhythm);
        }
    }

    private double AroundNs(double meanNs) => _rhythm?.AroundNs(meanNs) ?? meanNs;

    /// <summary>
    /// Goes to a random place of the job's cycle: of a duty cycle, of a batch and its think time, of the time between two I/Os of a rate.
    /// Who has none of them begins at once. The runtime counts from before.
    /// </summary>
    private void BeginSomewhere(JobRhythm rhythm)
    {
        var startNs = NotBeforeNs;
        if (Spec is { Pattern: IoPattern.Compute, CpuPercent: < 100 })
        {
            NotBeforeNs = startNs + (long)_duty.BeginAt(Math.Floor(rhythm.PlaceNs(ComputePeriodNs)));
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
}
