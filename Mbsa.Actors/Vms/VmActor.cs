using Akka.Actor;
using Mbsa.Actors.Qos;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Vms;

/// <summary>
/// The life of one VM: attaches its NVM area, makes its disk, spawns its VCPUs, gathers their counts. A VCPU that fails is restarted up to
/// three times; then the VM is given up. When it is stopped it frees its memory and stays only to say what it did. Power failures and moves are
/// <see cref="VmOutage"/>'s and <see cref="VmMove"/>'s.
/// </summary>
internal sealed class VmActor : ReceiveActor
{
    private const int RestartsPerVcpu = 3;

    private readonly VmBody _vm;
    private readonly VmMove _move;
    private readonly VmOutage _outage;
    private readonly QosSpec _qos;
    private readonly HashSet<int> _ended = [];
    private bool _isElsewhere;
    private string _lastFailure = "it ended before it started";

    /// <summary>A VM about to start, or about to come from another host.</summary>
    /// <param name="index">Its place in the scenario.</param>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="area">Its NVM area; null without storage.</param>
    /// <param name="expected">What it is promised when it comes from another host; null when it starts here.</param>
    public VmActor(int index, HostServices host, NvmArea? area, QosSpec? expected = null)
    {
        _vm = new VmBody(index, host, area, isExpected: expected is not null, Context);
        _qos = expected ?? _vm.Spec.Qos;
        _move = new VmMove(_vm);
        _outage = new VmOutage(_vm, _move);
        Receive<TenantAdmitted>(m => OnAdmitted(m.WhyBestEffort));
        Receive<TenantRefused>(m =>
        {
            _lastFailure = m.Reason;
            BeginStop();
        });
        Receive<VcpuAttached>(m => OnAttached(m.Vcpu));
        Receive<VcpuFinished>(m => OnFinished(m.Id));
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<StopVm>(_ => BeginStop());
        Receive<CutPower>(_ => OnPowerCut());
        Receive<GivePower>(OnPowerGiven);
        Receive<BeginMeasuring>(_ =>
        {
            _vm.Meter.Begin(_vm.Disk, host.Clock.NowNs);
            Sender.Tell(Done.Instance);
        });
        Receive<FailVcpu>(m =>
        {
            if (_vm.Crew.Find(m.Vcpu) is { } vcpu)
            {
                vcpu.Forward(m); // the VCPU answers: time must not pass before the fault is in place
            }
            else
            {
                Sender.Tell(Done.Instance);
            }
        });
        Receive<CollectResult>(_ => Sender.Tell(_vm.Meter.Collect(
            _vm.Disk, host.Board.StateOf(index), host.Board.PlannedShareOf(index), _vm.Ledger.Problems, host.Clock.NowNs)));
        Receive<Detached>(_ => { }); // the answer to the last word on a VCPU that was given up
        ReceiveMoves();
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: -1,
        withinTimeMilliseconds: -1,
        decider: Decider.From(failure =>
        {
            _lastFailure = Innermost(failure);
            _vm.Ledger.Add($"{_vm.Spec.Name}: {_lastFailure}");
            return failure is VcpuFailedException && _vm.Ledger.CountFailure(_vm.Crew.IndexOf(Sender)) <= RestartsPerVcpu ? Directive.Restart : Directive.Stop;
        }),
        loggingEnabled: false);

    protected override void PreStart()
    {
        if (!_vm.IsExpected)
        {
            _vm.Show(VmState.Running);
        }

        var use = JobUse.Of(_vm.Host.Scenario, _vm.Host.Capacity, _vm.Spec);
        _vm.Host.Supervisor.Tell(new AdmitTenant(new AdmittedTenant(_vm.Index, _vm.Spec.Vcpus, _qos, use)));
    }

    protected override void PostStop() => _vm.Disk?.Dispose();

    private static string Innermost(Exception failure) => failure switch
    {
        VcpuFailedException => failure.Message,
        { InnerException: { } inner } => Innermost(inner),
        _ => failure.Message,
    };

    private void ReceiveMoves()
    {
        Receive<BeginMove>(_ => _move.Begin());
        Receive<NextRound>(_ => _move.Continue());
        Receive<PauseVm>(_ => _move.Pause());
        Receive<QuantaEnded>(m => _move.OnQuantaEnded(m.Ns));
        Receive<VcpuPaused>(m => _move.Add(m.Vcpu, m.Worker));
        Receive<CancelMove>(_ => _move.Cancel());
        Receive<ResumeGuest>(m => _move.Resume(m.Guest));
        Receive<ForgetVm>(_ =>
        {
            _isElsewhere = true;
            BeginStop();
        });
    }

    private void OnAdmitted(string? whyBestEffort)
    {
        _vm.WhyBestEffort = whyBestEffort;
        if (_vm.IsExpected)
        {
            _vm.TellHost(new MoveAnswer(_vm.Index, new VmPrepared(_vm.Index, whyBestEffort)));
        }
        else if (!_vm.IsStopping)
        {
            _vm.Arrive();
            _vm.Meter.Start(_vm.Host.Clock.NowNs);
            _vm.Crew.Start(_vm.Disk);
            _vm.SayWhenAttached(new VmStarted(_vm.Index));
        }
    }

    private void OnAttached(int vcpu)
    {
        _vm.Crew.Attached(vcpu);
        if (_move.IsPausing)
        {
            _vm.Crew.Find(vcpu)?.Tell(PauseVcpu.Instance); // it failed as its last quantum ended, and began anew
        }

        _vm.SayIfAttached();
    }

    private void OnFinished(SchedulableId id)
    {
        _vm.Crew.Finish(id.Vcpu);
        if (!_vm.IsStopping && _vm.HasPower && _vm.Crew.IsFinished)
        {
            _vm.Meter.End(_vm.Host.Clock.NowNs);
            _vm.Host.Board.Show(_vm.Index, VmState.Finished);
        }

        _vm.Host.Supervisor.Tell(new Noted(id));
    }

    private void OnTerminated(IActorRef vcpu)
    {
        var index = _vm.Crew.IndexOf(vcpu);
        _vm.Crew.Remove(index);
        if (_move.IsPausing && _move.Has(index))
        {
            _move.PauseWhenEmpty();
            return;
        }

        _ended.Add(index);
        if (!_vm.HasPower)
        {
            _outage.GoDarkWhenEmpty();
            return;
        }

        if (!_vm.IsStopping)
        {
            // Its restarts are used up. Whoever failed is settled last, so that no time passes while the others are taken off the cores.
            GiveUp($"after {_vm.Crew.NameOf(index)} failed {RestartsPerVcpu + 1} times");
            return;
        }

        ReleaseWhenEmpty();
    }

    private void OnPowerCut()
    {
        if (_vm.IsStopping)
        {
            return; // the host hears of its release
        }

        if (_vm.IsExpected)
        {
            _lastFailure = "the power of the host failed";
            BeginStop();
            return;
        }

        _outage.Begin();
    }

    private void OnPowerGiven(GivePower message)
    {
        if (_outage.End(message) is { } why)
        {
            GiveUp($"after the power failure: {why}");
        }
    }

    private void GiveUp(string why)
    {
        _vm.IsLost = true;
        _vm.Ledger.Add($"{_vm.Spec.Name}: given up {why}");
        BeginStop();
    }

    private void BeginStop()
    {
        if (_vm.IsStopping)
        {
            return;
        }

        _vm.IsStopping = true;
        _vm.Meter.End(_vm.Host.Clock.NowNs);
        _move.Abandon(_vm.IsLost ? _vm.Ledger.Problems[^1] : "it was stopped");
        _vm.Crew.Stop();
        ReleaseWhenEmpty();
    }

    private void ReleaseWhenEmpty()
    {
        if (!_vm.Crew.IsEmpty)
        {
            return;
        }

        _vm.Meter.Freeze(_vm.Disk);
        _vm.Disk?.Dispose();
        if (!_vm.IsExpected && !_isElsewhere)
        {
            _vm.Host.Board.Show(_vm.Index, _vm.IsLost ? VmState.Failed : VmState.Stopped);
        }

        _vm.Host.Supervisor.Tell(new RemoveTenant(_vm.Index));
        _vm.TellHost(new VmReleased(_vm.Index, _vm.HasRun ? null : _lastFailure));
        foreach (var vcpu in _ended) // another may have failed for the last time while the first of them stopped the VM
        {
            _vm.Host.Supervisor.Tell(new Detach(new SchedulableId(_vm.Index, vcpu)));
        }
    }
}
