using Akka.Actor;
using Mbsa.Actors.Cores;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Scenarios;
using Mbsa.Metrics;
using Mbsa.Nvm.Devices;
using Mbsa.Vm;

namespace Mbsa.Actors.Vms;

/// <summary>
/// The life of one VM: attaches its NVM area, makes its disk, spawns its VCPUs, gathers their counts. A VCPU that fails is restarted up to
/// three times; then the VM is given up. When it is stopped it frees its memory and stays only to say what it did. When the power fails it lets go
/// of everything at once, and begins anew when the power is back. When it moves it is paused here, and goes on from the same bytes where it is prepared.
/// </summary>
internal sealed class VmActor : ReceiveActor
{
    private const int RestartsPerVcpu = 3;

    /// <summary>I/O threads that a VM may have, numbered behind its VCPUs.</summary>
    private const int IoThreads = 1;

    private readonly int _index;
    private readonly VmSpec _spec;
    private readonly QosSpec _qos;
    private readonly HostServices _host;
    private readonly VmDisk? _disk;
    private readonly VmMeter _meter;
    private readonly VcpuCrew _crew;
    private readonly VmMove _move;
    private readonly VmLedger _ledger = new();
    private readonly HashSet<int> _ended = [];
    private NvmArea? _area;
    private object? _sayWhenAttached;
    private bool _isPrepared;
    private bool _isElsewhere;
    private bool _stopping;
    private bool _started;
    private bool _hasPower = true;
    private bool _isLost;
    private bool _hadFinished;
    private string? _whyBestEffort;
    private string _lastFailure = "it ended before it started";

    /// <summary>A VM about to start, or about to come from another host.</summary>
    /// <param name="index">Its place in the scenario.</param>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="area">Its NVM area; null without storage.</param>
    /// <param name="expected">What it is promised when it comes from another host; null when it starts here.</param>
    public VmActor(int index, HostServices host, NvmArea? area, QosSpec? expected = null)
    {
        (_index, _host, _area, _isPrepared) = (index, host, area, expected is not null);
        _spec = host.Scenario.Vms[index];
        _qos = expected ?? _spec.Qos;
        _disk = area is null ? null : _isPrepared ? VmDisk.Expect(host.Scenario, _spec) : VmDisk.Attach(host.Scenario, _spec, area);
        _meter = new VmMeter(_spec, _spec.Vcpus + IoThreads);
        _crew = new VcpuCrew(index, _spec, host, _meter, Context);
        _move = new VmMove(index, _spec, _disk, _meter);
        Receive<TenantAdmitted>(m => OnAdmitted(m.WhyBestEffort));
        Receive<TenantRefused>(m =>
        {
            _lastFailure = m.Reason;
            BeginStop();
        });
        Receive<VcpuAttached>(m => OnAttached(m.Vcpu));
        Receive<VcpuFinished>(m => OnFinished(m.Vcpu));
        Receive<VcpuPaused>(m => _move.Add(m.Vcpu, m.Worker));
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<StopVm>(_ => BeginStop());
        Receive<CutPower>(_ => OnPowerCut());
        Receive<GivePower>(OnPowerGiven);
        Receive<BeginMeasuring>(_ =>
        {
            _meter.Begin(_disk);
            Sender.Tell(Done.Instance);
        });
        Receive<FailVcpu>(m =>
        {
            if (_crew.Find(m.Vcpu) is { } vcpu)
            {
                vcpu.Forward(m); // the VCPU answers: time must not pass before the fault is in place
            }
            else
            {
                Sender.Tell(Done.Instance);
            }
        });
        Receive<CollectResult>(_ => Sender.Tell(_meter.Collect(_disk, _host.Board.StateOf(_index), _host.Board.PlannedShareOf(_index), _ledger.Problems)));
        Receive<Detached>(_ => { }); // the answer to the last word on a VCPU that was given up
        ReceiveMoves();
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: -1,
        withinTimeMilliseconds: -1,
        decider: Decider.From(failure =>
        {
            _lastFailure = Innermost(failure);
            _ledger.Add($"{_spec.Name}: {_lastFailure}");
            return failure is VcpuFailedException && _ledger.CountFailure(_crew.IndexOf(Sender)) <= RestartsPerVcpu ? Directive.Restart : Directive.Stop;
        }),
        loggingEnabled: false);

    protected override void PreStart()
    {
        if (!_isPrepared)
        {
            Show(VmState.Running);
        }

        var use = JobUse.Of(_host.Scenario, _host.Capacity, _spec);
        _host.Supervisor.Tell(new AdmitTenant(new AdmittedTenant(_index, _spec.Vcpus, _qos, use)));
    }

    protected override void PostStop() => _disk?.Dispose();

    private static string Innermost(Exception failure) => failure switch
    {
        VcpuFailedException => failure.Message,
        { InnerException: { } inner } => Innermost(inner),
        _ => failure.Message,
    };

    private void Show(VmState state)
    {
        if (_disk is not null)
        {
            _host.Board.ShowDisk(_index, _disk.ShowWear);
        }

        _host.Board.Show(_index, state, _meter.Records);
    }

    private void OnAdmitted(string? whyBestEffort)
    {
        _whyBestEffort = whyBestEffort is null ? null : $"{_spec.Name}: runs as best effort: {whyBestEffort}";
        if (_isPrepared)
        {
            Context.Parent.Tell(new MoveAnswer(_index, new VmPrepared(_index, whyBestEffort)));
            return;
        }

        NoteBestEffort();
        if (!_stopping)
        {
            _sayWhenAttached = new VmStarted(_index);
            _crew.Start(_disk);
            SayWhenAttached();
        }
    }

    private void NoteBestEffort()
    {
        if (_whyBestEffort is { } why)
        {
            _ledger.Add(why);
        }
    }

    private void OnAttached(int vcpu)
    {
        _crew.Attached(vcpu);
        if (_move.IsPausing)
        {
            _crew.Find(vcpu)?.Tell(PauseVcpu.Instance); // it failed in its last quantum and began anew
        }

        SayWhenAttached();
    }

    private void SayWhenAttached()
    {
        if (_sayWhenAttached is { } message && !_stopping && _crew.IsAttached)
        {
            Context.Parent.Tell(message);
            (_sayWhenAttached, _started) = (null, true);
        }
    }

    private void OnFinished(int vcpu)
    {
        _crew.Finished(vcpu);
        if (!_stopping && _hasPower && _crew.IsFinished)
        {
            _host.Board.Show(_index, VmState.Finished);
        }
    }

    private void OnTerminated(IActorRef vcpu)
    {
        var index = _crew.IndexOf(vcpu);
        _crew.Remove(index);
        if (_move.IsPausing && _move.Has(index))
        {
            PauseWhenEmpty();
            return;
        }

        _ended.Add(index);
        if (!_hasPower)
        {
            GoDarkWhenEmpty();
            return;
        }

        if (!_stopping)
        {
            // Its restarts are used up. Whoever failed is settled last, so that no time passes while the others are taken off the cores.
            _isLost = true;
            _ledger.Add($"{_spec.Name}: given up after {_crew.NameOf(index)} failed {RestartsPerVcpu + 1} times");
            BeginStop();
            return;
        }

        ReleaseWhenEmpty();
    }

    private void BeginStop()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        RefusePause();
        _crew.Tell(StopVcpu.Instance);
        ReleaseWhenEmpty();
    }

    private void ReleaseWhenEmpty()
    {
        if (!_crew.IsEmpty)
        {
            return;
        }

        _meter.Freeze(_disk);
        _disk?.Dispose();
        if (!_isPrepared && !_isElsewhere)
        {
            _host.Board.Show(_index, _isLost ? VmState.Failed : VmState.Stopped);
        }

        _host.Supervisor.Tell(new RemoveTenant(_index));
        Context.Parent.Tell(new VmReleased(_index, _started ? null : _lastFailure));
        foreach (var vcpu in _ended) // another may have failed for the last time while the first of them stopped the VM
        {
            _host.Supervisor.Tell(new Detach(new SchedulableId(_index, vcpu)));
        }
    }

    private void OnPowerCut()
    {
        if (_stopping)
        {
            return; // the host hears of its release
        }

        if (_isPrepared)
        {
            _lastFailure = "the power of the host failed";
            BeginStop();
            return;
        }

        _hasPower = false;
        RefusePause();
        _move.Forget();
        _crew.Tell(StopVcpu.Instance);
        GoDarkWhenEmpty();
    }

    private void GoDarkWhenEmpty()
    {
        if (!_crew.IsEmpty)
        {
            return;
        }

        _hadFinished = _host.Board.StateOf(_index) == VmState.Finished;
        _meter.LoseDisk(_disk);
        _disk?.LosePower();
        _area = null;
        _host.Board.Show(_index, VmState.NoPower);
        Context.Parent.Tell(new VmIsDark(_index));
    }

    private void OnPowerGiven(GivePower message)
    {
        _hasPower = true;
        _area = message.Area;
        DiskRecovery recovery;
        try
        {
            recovery = message switch
            {
                { WhyNoArea: { } why } => throw new InputException(why),
                { Area: { } area } when _move.Guest is null => _disk!.Remount(area),
                _ => DiskRecovery.None,
            };
        }
        catch (Exception damaged) when (damaged is NvmException or InputException)
        {
            _isLost = true;
            _ledger.Add($"{_spec.Name}: given up after the power failure: {damaged.Message}");
            BeginStop();
            return;
        }

        _host.Board.Show(_index, _hadFinished ? VmState.Finished : VmState.Running);
        if (_hadFinished || _move.Guest is not null)
        {
            Context.Parent.Tell(new VmIsBack(_index, Runs: false, recovery));
            return;
        }

        _meter.RegainDisk(_disk);
        _sayWhenAttached = new VmIsBack(_index, Runs: true, recovery);
        _crew.Start(_disk);
        SayWhenAttached();
    }

    private void ReceiveMoves()
    {
        Receive<BeginMove>(_ => AnswerRound(begins: true));
        Receive<NextRound>(_ => AnswerRound(begins: false));
        Receive<PauseVm>(_ => OnPause());
        Receive<QuantaEnded>(m => OnQuantaEnded(m.Ns));
        Receive<CancelMove>(_ => OnCancel());
        Receive<ResumeGuest>(m => Resume(m.Guest));
        Receive<ForgetVm>(_ =>
        {
            _isElsewhere = true;
            BeginStop();
        });
    }

    /// <summary>What keeps a VM from moving that would have to run here; null when nothing does.</summary>
    private string? WhyNotHere() => _stopping ? $"it has ended{(_ledger.Problems.Count > 0 ? $": {_ledger.Problems[^1]}" : "")}"
        : !_hasPower ? "its host has no power"
        : _isPrepared ? "it is not here yet"
        : null;

    private void AnswerRound(bool begins)
    {
        var why = WhyNotHere() ?? (_move.Guest is not null ? "it is paused" : !begins && !_move.IsBegun ? "its move has not begun, or a power failure ended it" : null);
        try
        {
            Answer(why is not null ? Refusal(why) : begins ? _move.Begin(_area) : _move.Next());
        }
        catch (InvalidDataException tooMuch)
        {
            Answer(Refusal(tooMuch.Message));
        }
    }

    private void OnPause()
    {
        if ((WhyNotHere() ?? (_move.Guest is not null ? "it is paused already" : !_move.IsBegun ? "its move has not begun, or a power failure ended it" : null)) is { } why)
        {
            Answer(Refusal(why));
            return;
        }

        _move.BeginPause();
        _host.Supervisor.Tell(new EndQuanta(_index));
    }

    private void OnQuantaEnded(long ns)
    {
        if (_move.IsPausing)
        {
            _move.PausedNs = ns;
            _crew.Tell(PauseVcpu.Instance);
            PauseWhenEmpty();
        }
    }

    private void PauseWhenEmpty()
    {
        if (!_crew.IsEmpty)
        {
            return;
        }

        try
        {
            Answer(_move.Pause(_ledger));
        }
        catch (InvalidDataException tooMuch)
        {
            Answer(Refusal(tooMuch.Message));
        }
    }

    /// <summary>Whoever waits for the VM to be paused waits in vain.</summary>
    private void RefusePause()
    {
        if (_move.IsPausing)
        {
            _move.Forget();
            Answer(Refusal(_hasPower ? _ledger.Problems.Count > 0 ? _ledger.Problems[^1] : "it was stopped" : "the power of its host failed"));
        }
    }

    private void OnCancel()
    {
        _move.Forget();
        if (WhyNotHere() is { } why)
        {
            Answer(Refusal(why));
        }
        else if (_move.Guest is { } guest)
        {
            Resume(guest);
        }
        else
        {
            Answer(new VmRunning(_index));
        }
    }

    private void Resume(byte[] guest)
    {
        SortedDictionary<int, byte[]?> workers;
        try
        {
            if (_area is not null)
            {
                _disk!.Remount(_area);
            }

            workers = _move.Restore(guest, _ledger);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException or InputException)
        {
            _disk?.Unmount();
            Answer(Refusal(wrong.Message));
            return;
        }

        if (_isPrepared)
        {
            _isPrepared = false;
            NoteBestEffort();
        }

        _meter.RegainDisk(_disk);
        _sayWhenAttached = new VmStarted(_index);
        _crew.Resume(_disk, workers);
        Show(_crew.IsFinished ? VmState.Finished : VmState.Running);
        SayWhenAttached();
    }

    private VmRefused Refusal(string why) => new(_index, why);

    private void Answer(object answer) => Context.Parent.Tell(new MoveAnswer(_index, answer));
}
