using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Qos;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Vms;

/// <summary>
/// The life of one VM: attaches its NVM area, makes its disk, spawns its VCPUs, gathers their counts. A VCPU that fails is restarted up to
/// three times; then the VM is given up. When it is stopped it frees its memory and stays only to say what it did. Power failures and
/// migrations are <see cref="VmOutage"/>'s and <see cref="VmMigration"/>'s.
/// </summary>
internal sealed class VmActor : ReceiveActor
{
    private const int RestartsPerVcpu = 3;

    private readonly VmBody _vm;
    private readonly VmMigration _migration;
    private readonly VmOutage _outage;
    private readonly QosSpec _qos;
    private readonly HashSet<int> _ended = [];
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
        _migration = new VmMigration(_vm);
        _outage = new VmOutage(_vm, _migration);
        Receive<HostCommand>(On);
        Receive<HostAnswer.Done>(m => OnAdmitted(m.Remark));
        Receive<HostAnswer.Refused>(m =>
        {
            _lastFailure = m.Reason;
            End(VmState.Stopped, m.Reason);
        });
        Receive<GivePower>(OnPowerGiven);
        Receive<VcpuAttached>(m => OnAttached(m.Vcpu));
        Receive<VcpuFinished>(m => OnFinished(m.Id));
        Receive<VcpuLeft>(m => _migration.Add(m.Vcpu, m.Worker));
        Receive<QuantaEnded>(m => _migration.OnQuantaEnded(m.Ns));
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<Detached>(_ => { }); // the answer to the last word on a VCPU that was given up
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: -1,
        withinTimeMilliseconds: -1,
        decider: Decider.From(failure =>
        {
            _lastFailure = Innermost(failure);
            _vm.Ledger.Add($"{_vm.Spec.Name}: {_lastFailure}");
            var mayRestart = failure is VcpuFailedException && _vm.Ledger.CountFailure(_vm.Crew.IndexOf(Sender)) <= RestartsPerVcpu;
            return mayRestart ? Directive.Restart : Directive.Stop;
        }),
        loggingEnabled: false);

    protected override void PreStart()
    {
        if (_vm.Phase.Stage != VmStage.Expected)
        {
            _vm.Show(VmState.Running);
        }

        var use = JobUse.Of(_vm.Host.Scenario, _vm.Host.Capacity, _vm.Spec);
        _vm.Host.Supervisor.Tell(new AdmitVm(new AdmittedVm(_vm.Index, _vm.Spec.Vcpus, _qos, use)));
    }

    protected override void PostStop() => _vm.Disk?.Dispose();

    private static string Innermost(Exception failure) => failure switch
    {
        VcpuFailedException => failure.Message,
        { InnerException: { } inner } => Innermost(inner),
        _ => failure.Message,
    };

    /// <summary>Carries out a command, or says why it cannot be.</summary>
    private void On(HostCommand command)
    {
        if (_vm.Phase.WhyNot(command) is { } why)
        {
            _vm.Answer(new HostAnswer.Refused(why));
            return;
        }

        switch (command)
        {
            case HostCommand.Stop:
                End(VmState.Stopped, "it was stopped");
                break;
            case HostCommand.Forget:
                End(null, "it is on another host");
                break;
            case HostCommand.LosePower:
                OnPowerLost();
                break;
            case HostCommand.FailVcpu fail:
                OnFail(fail);
                break;
            case HostCommand.Measure:
                _vm.Meter.Begin(_vm.Disk, _vm.Host.Clock.NowNs);
                _vm.Answer(new HostAnswer.Done());
                break;
            case HostCommand.Collect:
                var (board, nowNs) = (_vm.Host.Board, _vm.Host.Clock.NowNs);
                _vm.Answer(new HostAnswer.Collected(_vm.Meter.Collect(
                    _vm.Disk, board.StateOf(_vm.Index), board.PlannedShareOf(_vm.Index), _vm.Ledger.Problems, nowNs)));
                break;
            case HostCommand.BeginMigration:
                _migration.Begin();
                break;
            case HostCommand.NextRound:
                _migration.Continue();
                break;
            case HostCommand.Pause:
                _migration.Pause();
                break;
            case HostCommand.CancelMigration:
                _migration.Cancel();
                break;
            case HostCommand.Resume { Guest: var guest }:
                _migration.Resume(guest);
                break;
        }
    }

    private void OnFail(HostCommand.FailVcpu command)
    {
        if (_vm.Crew.Find(command.Vcpu) is { } vcpu)
        {
            vcpu.Forward(command);
        }
        else
        {
            _vm.Answer(new HostAnswer.Done());
        }
    }

    /// <summary>The supervisor has entered what the VM is promised.</summary>
    private void OnAdmitted(string? remark)
    {
        _vm.Remark = remark;
        switch (_vm.Phase.Stage)
        {
            case VmStage.Expected:
                _vm.Answer(new HostAnswer.Done(remark));
                break;
            case VmStage.Starting:
                _vm.Arrive();
                _vm.Meter.Start(_vm.Host.Clock.NowNs);
                _vm.Crew.Start(_vm.Disk);
                _vm.SayWhenAttached(new VmAnswer(_vm.Index, new HostAnswer.Done()));
                break;
        }
    }

    private void OnAttached(int vcpu)
    {
        _vm.Crew.Attached(vcpu);
        _vm.SayIfAttached();
    }

    private void OnFinished(SchedulableId id)
    {
        _vm.Crew.Finish(id.Vcpu);
        if (_vm.Phase is { Stage: not VmStage.Ending, HasPower: true } && _vm.Crew.IsFinished)
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
        if (_vm.Phase.Stage == VmStage.Pausing && _migration.Has(index))
        {
            _migration.PauseWhenEmpty();
            return;
        }

        _ended.Add(index);
        switch (_vm.Phase.Stage)
        {
            case VmStage.Dark:
                _outage.GoDarkWhenEmpty();
                break;
            case VmStage.Ending:
                ReleaseWhenEmpty();
                break;
            default:
                // Its restarts are used up. Whoever failed is settled last, so that no time passes while the others are taken off
                // the cores.
                GiveUp($"after {_vm.Crew.NameOf(index)} failed {RestartsPerVcpu + 1} times");
                break;
        }
    }

    private void OnPowerLost()
    {
        switch (_vm.Phase.Stage)
        {
            case VmStage.Ending:
                break; // the host hears of its release
            case VmStage.Expected:
                _lastFailure = "the power of the host failed";
                End(null, _lastFailure);
                break;
            default:
                _outage.Begin();
                break;
        }
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
        var problem = $"{_vm.Spec.Name}: given up {why}";
        _vm.Ledger.Add(problem);
        End(VmState.Failed, problem);
    }

    /// <summary>The VM ends for good.</summary>
    /// <param name="shown">How it shows then; null when it is on another host.</param>
    /// <param name="why">Why, for people.</param>
    private void End(VmState? shown, string why)
    {
        var endsAlready = _vm.Phase.Stage == VmStage.Ending;
        if (!endsAlready)
        {
            _migration.Abandon(why);
        }

        _vm.Phase = _vm.Phase.End(shown, why);
        if (!endsAlready)
        {
            _vm.Meter.End(_vm.Host.Clock.NowNs);
            _vm.Crew.Stop();
            ReleaseWhenEmpty();
        }
    }

    private void ReleaseWhenEmpty()
    {
        if (!_vm.Crew.IsEmpty)
        {
            return;
        }

        _vm.Meter.Freeze(_vm.Disk);
        _vm.Disk?.Dispose();
        if (_vm.Phase.EndsAs is { } shown)
        {
            _vm.Host.Board.Show(_vm.Index, shown);
        }

        _vm.Host.Supervisor.Tell(new RemoveVm(_vm.Index));
        _vm.TellHost(new VmReleased(_vm.Index, _vm.Phase.HasRun ? null : _lastFailure));
        foreach (var vcpu in _ended) // another may have failed for the last time while the first of them stopped the VM
        {
            _vm.Host.Supervisor.Tell(new Detach(new SchedulableId(_vm.Index, vcpu)));
        }
    }
}
