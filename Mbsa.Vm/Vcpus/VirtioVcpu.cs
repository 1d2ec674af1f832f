using Mbsa.Nvm.Timing;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

// One step is one Execute and its Complete; what a step did can be seen by others when it ends, and not before.
//
//            rung              interrupted
//    asleep -----> Wake --> awake ----> Interrupt <-+ more came back meanwhile
//       ^                   |||| ^         |    +---+
//       |                   |||| +---------+
//       |                   ||||           +--> Signal --> awake   requests of others that sleep were among it
//       |                   |||+-> Submit ------> awake            a job may submit
//       |                   |||      +--> Kick -> awake            the ring wants a kick; the way in is owed
//       |                   ||+--> Compute -----> awake            a hog's turn
//       |                   |+---> Return ------> awake            nothing to do but the way in
//       +------- Idle ------+                                      nothing to do
//
//    _isWoken              [a doorbell ended the sleep, Wake begins)
//    _isEntering           [Wake ends, the next step begins): an interrupt that is there needs no exit of its own
//    _request              [Submit begins, the next Submit begins): null when the job had nothing to ask
//    _mustKick             [Submit ends and the ring wants it, Kick ends)
//    _owedNs               [Kick ends, the next step begins): the way back into the guest, paid by that step
//    _interrupt.IsBegun    [Interrupt ends and more had come, an Interrupt ends and none had)
//    _interrupt.ToSignal   [Interrupt ends, Signal ends): others that slept and whose requests came back
//    _frontEnd.IsAsleep    [blocked, the next step begins or another VCPU rings)
//    _startNs, _coreNs     [Execute, Complete]

/// <summary>
/// A VCPU whose I/O goes through a virtqueue, under both clocks. It goes in steps: Submit puts one request on the ring and shows it.
/// Kick leaves the guest to wake the I/O thread, if the ring says so; Return enters it again when there is nothing else to do there.
/// Interrupt takes back what is done, and again what came meanwhile; Signal reaches other VCPUs whose requests were among it.
/// </summary>
public sealed class VirtioVcpu : VcpuWorker
{
    private readonly FrontEnd _frontEnd;
    private readonly InterruptHandler _interrupt;
    private readonly VirtioQueue? _queue;
    private readonly StageCosts _costs;
    private readonly double _contextSwitchNs;
    private readonly WallPace _pace;
    private WakeUp _wake;
    private Step _step;
    private long _startNs;
    private long _quantumEndsNs = -1;
    private double _coreNs;
    private double _owedNs;
    private bool _isWoken;
    private bool _isEntering;
    private IoRequest? _request;
    private bool _mustKick;

    /// <summary>A VCPU that is ready to run.</summary>
    /// <param name="record">Where it counts.</param>
    /// <param name="jobs">Its jobs: <see cref="QueuedJob"/>s and CPU hogs.</param>
    /// <param name="frontEnd">Its front end.</param>
    /// <param name="contextSwitchNs">What a context switch takes on the machine, in nanoseconds.</param>
    /// <param name="pace">The clock.</param>
    /// <param name="nowNs">The scenario's clock now.</param>
    public VirtioVcpu(VcpuRecord record, IReadOnlyList<RunningJob> jobs,
        FrontEnd frontEnd, double contextSwitchNs, WallPace pace, long nowNs)
        : base(record, jobs, nowNs)
    {
        (_frontEnd, _queue, _costs) = (frontEnd, frontEnd.Queue, frontEnd.Disk.Costs);
        (_contextSwitchNs, _pace) = (contextSwitchNs, pace);
        _interrupt = new InterruptHandler(frontEnd);
        frontEnd.Start(nowNs);
    }

    /// <inheritdoc/>
    public override Doorbell Doorbell => _frontEnd.Doorbell;

    private enum Step
    {
        Idle,
        Wake,
        Interrupt,
        Signal,
        Kick,
        Return,
        Submit,
        Compute,
    }

    /// <inheritdoc/>
    public override WorkVector Execute(long startNs, long budgetNs)
    {
        ThrowIfFaulty();
        _startNs = startNs;
        var readySinceNs = ReadySinceNs;
        _isWoken |= _wake.TryEnd(Doorbell, startNs, ref readySinceNs);
        _frontEnd.IsAsleep = false;
        var waitedNs = Math.Max(0, startNs - readySinceNs);
        BeginJobs(startNs);
        if (startNs + budgetNs != _quantumEndsNs)
        {
            _quantumEndsNs = startNs + budgetNs;
            Counters.Quanta++;
            Current = null;
        }

        Counters.WaitingNs += waitedNs;
        _coreNs = Begin(startNs, budgetNs, waitedNs);
        _pace.Fill(startNs, _coreNs);
        return new WorkVector(_coreNs, 0, 0);
    }

    /// <inheritdoc/>
    public override QuantumOutcome Complete(long endNs, Passage passage)
    {
        Counters.WaitingNs += passage.AwayNs;
        if (_step == Step.Compute)
        {
            Counters.ComputeNs += endNs - _startNs - passage.AwayNs;
            EndQuantum(Current!, endNs, _coreNs);
        }
        else
        {
            Counters.StorageNs += endNs - _startNs - passage.AwayNs;
        }

        HoldForJob(_startNs, endNs, endNs - _startNs - passage.AwayNs, isSystem: _step != Step.Compute);
        var operations = End(endNs, passage);
        while (_frontEnd.HasAnswers && _frontEnd.TakeAnswer() is { } answer)
        {
            operations += TakeBack(answer, endNs);
        }

        return Follow(endNs, operations);
    }

    /// <summary>Chooses the next step.</summary>
    /// <returns>Its core time, in nanoseconds.</returns>
    private double Begin(long startNs, long budgetNs, long waitedNs)
    {
        if (_isWoken)
        {
            (_step, _isWoken) = (Step.Wake, false);
            return WakeUp.CostNs(_costs, _contextSwitchNs, waitedNs, _pace) + _costs.EnterNs;
        }

        if (_mustKick)
        {
            _step = Step.Kick;
            return _costs.ExitNs + _costs.SignalNs;
        }

        if (_interrupt.ToSignal > 0)
        {
            _step = Step.Signal;
            return _interrupt.ToSignal * (_costs.ExitNs + _costs.SignalNs + _costs.EnterNs);
        }

        var (owedNs, isEntering) = (_owedNs, _isEntering);
        (_owedNs, _isEntering) = (0, false);
        if (_interrupt.IsBegun || _frontEnd.IsInterrupted)
        {
            _step = Step.Interrupt;
            return owedNs + _interrupt.Begin(startNs, owedNs, isEntering);
        }

        if (Current is null || !Current.MayRun(startNs))
        {
            Current = NextJob(startNs);
        }

        switch (Current)
        {
            case null:
                _step = owedNs > 0 ? Step.Return : Step.Idle;
                return owedNs;
            case QueuedJob job:
                _step = Step.Submit;
                _request = job.TryPrepare(startNs);
                var engineNs = job.Requests.IsAsynchronous ? _contextSwitchNs : 0;
                var submitNs = owedNs + engineNs + _costs.SubmitNs;
                return submitNs + (_request is null ? 0 : _queue!.Hold(startNs + submitNs - _costs.LockNs, _costs.LockNs));
            case var hog:
                _step = Step.Compute;
                return owedNs + hog.ComputeBudgetNs(Math.Min(budgetNs, hog.EndsAtNs - startNs));
        }
    }

    /// <summary>Ends the step: what others can see of it is there from now on.</summary>
    /// <returns>I/Os of this VCPU that came to their end.</returns>
    private long End(long endNs, Passage passage)
    {
        switch (_step)
        {
            case Step.Wake:
                _isEntering = true;
                return 0;
            case Step.Kick:
                _mustKick = false;
                _request!.Pass(Stub.Exited, _startNs + (long)passage.Walk(_startNs, endNs, _coreNs).GoTo(_costs.ExitNs));
                _request.Pass(Stub.Kicked, endNs);
                _owedNs = _costs.EnterNs;
                _frontEnd.Disk.Doorbell.Ring(endNs);
                return 0;
            case Step.Interrupt:
                return EndInterrupt(endNs, passage);
            case Step.Signal:
                _interrupt.ToSignal = 0;
                return 0;
            case Step.Submit when _request is { } request:
                Offer(request, endNs);
                return 0;
            default:
                return 0;
        }
    }

    private void Offer(IoRequest request, long endNs)
    {
        request.Pass(Stub.Offered, endNs);
        request.Pass(Stub.Exited, endNs);
        request.Pass(Stub.Kicked, endNs);
        _mustKick = _queue!.Offer(request);
        var job = (QueuedJob)Current!;
        job.Submitted(request, endNs);
        if (job.Counts(endNs))
        {
            job.Record.Detail?.Submit(job.Requests.InFlight);
        }
    }

    private long EndInterrupt(long endNs, Passage passage)
    {
        var operations = 0L;
        var enteredNs = _startNs + (long)passage.Walk(_startNs, endNs, Math.Max(1, _coreNs)).GoTo(_interrupt.EntersAtNs);
        while (_interrupt.TryTake(enteredNs, endNs) is { } request)
        {
            operations += TakeBack(request, endNs);
        }

        _interrupt.End();
        return operations;
    }

    private int TakeBack(IoRequest request, long endNs)
    {
        var (operation, isAbandoned) = (request.Operation, request.IsAbandoned);
        request.Pass(Stub.Answered, endNs);
        request.Job.TakeBack(request, endNs);

        // An abandoned one as well: the job may wait for the block that it was on, or for the last in flight before a think time.
        var job = JobOf(request.Job);
        Latency.Follow(job?.Record, job?.Counts(endNs) != false);
        if (job?.Answered() == true)
        {
            EndQuantum(job, endNs, 0);
        }

        if (!isAbandoned && !Latency.IsMuted && job is not null)
        {
            Record.Stages.Add(request.Stubs);
            var (askedNs, offeredNs) = (request.Stubs[(int)Stub.Asked], request.Stubs[(int)Stub.Offered]);
            Latency.Record(operation.IsWrite, endNs - askedNs, 1, job.Requests.IsAsynchronous ? offeredNs - askedNs : null);
            Count(job, operation);
            job.Record.Detail?.Answer(endNs);
            job.Record.Sample(job.RampEndsNs, endNs);
        }

        return isAbandoned ? 0 : 1;
    }

    private QuantumOutcome Follow(long endNs, long operations)
    {
        ReadySinceNs = endNs;
        EndJobs(endNs);
        var mustGoOn = _mustKick || _interrupt.ToSignal > 0 || _interrupt.IsBegun || _owedNs > 0 || _frontEnd.IsInterrupted;
        var outlook = mustGoOn ? default : JobOutlook.Of(Jobs, endNs);
        if (mustGoOn || outlook.CanGoOn)
        {
            return new QuantumOutcome(AfterQuantum.Continuing, endNs, operations);
        }

        if (outlook.IsOver)
        {
            _frontEnd.Leave(endNs);
            if (_queue is null || _queue.Target != _frontEnd || !_queue.IsInUse)
            {
                return new QuantumOutcome(AfterQuantum.Finished, 0, operations);
            }
        }

        _frontEnd.IsAsleep = true;
        _wake.Block(endNs);
        return new QuantumOutcome(AfterQuantum.Blocked, outlook.WakeAtNs, operations);
    }
}
