using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Vms;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// An emulated host: owns the NVM device and its allocation table, gives each VM a child of it, spawns the VMs. It makes the device and it
/// ends it; the memory itself goes with the last lease.
/// </summary>
internal sealed class HostActor : ReceiveActor
{
    private readonly HostServices _host;
    private readonly HostDevice _device;
    private readonly Dictionary<int, HostGuest> _guests = [];
    private readonly HostOutage _outage;
    private int _arrivals;

    /// <summary>A host without VMs.</summary>
    /// <param name="host">What its actors share.</param>
    /// <param name="device">The NVM device, disposed with the host.</param>
    public HostActor(HostServices host, HostDevice device)
    {
        (_host, _device) = (host, device);
        _outage = new HostOutage(host, device, _guests);
        host.Board.ShowDevice(device.Layout);
        ShowAllocation();
        Receive<HostCommand.OfVm>(On);
        Receive<HostCommand.BeginAccounts>(_host.Supervisor.Forward);
        Receive<HostCommand.LosePower>(_ => _outage.Begin(Sender));
        Receive<HostCommand.RestorePower>(_ => _outage.End(Sender));
        Receive<VmAnswer>(m => Answer(m.Vm, m.Answer));
        Receive<VmReleased>(OnReleased);
        Receive<VmIsDark>(m => _outage.OnDark(m.Vm));
        Receive<VmIsBack>(_outage.OnBack);
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
    }

    /// <summary>Whoever owns memory is stopped, never restarted: what it owned may still be in use.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        maxNrOfRetries: 0,
        withinTimeMilliseconds: -1,
        decider: Decider.From(failure =>
        {
            var guest = _guests.Values.FirstOrDefault(g => g.Actor.Equals(Sender));
            if (guest is not null)
            {
                guest.Failure = failure.GetBaseException().Message;
            }

            return Directive.Stop;
        }),
        loggingEnabled: false);

    protected override void PostStop()
    {
        foreach (var guest in _guests.Values)
        {
            guest.Area?.Dispose();
        }

        _device.Dispose();
    }

    /// <summary>Carries out a command about a VM, or hands it on; whoever asked waits for the VM's answer then.</summary>
    private void On(HostCommand.OfVm command)
    {
        var guest = _guests.GetValueOrDefault(command.Vm);
        if (WhyNot(command, guest) is { } why)
        {
            Sender.Tell(new HostAnswer.Refused(why));
            return;
        }

        switch (command)
        {
            case HostCommand.Start start:
                Start(start);
                break;
            case HostCommand.Prepare prepare:
                Prepare(prepare);
                break;
            case HostCommand.SetQos:
                _host.Supervisor.Forward(command);
                break;
            case HostCommand.Write write:
                Sender.Tell(Write(write, guest!));
                break;
            case HostCommand.Resize resize:
                Sender.Tell(Resize(resize, guest));
                break;
            case HostCommand.Stop when guest is null or { Hold: GuestHold.Nothing }:
            case HostCommand.Forget when guest is null:
                Sender.Tell(new HostAnswer.Done());
                break;
            case HostCommand.Forget when guest is { Hold: GuestHold.Nothing }:
                Remove(command.Vm);
                Sender.Tell(new HostAnswer.Done());
                break;
            default:
                HandOn(command, guest!);
                break;
        }
    }

    /// <summary>Why a command cannot be carried out, whatever the VM itself says to it; null when it can.</summary>
    private string? WhyNot(HostCommand.OfVm command, HostGuest? guest)
    {
        var spec = _host.Scenario.Vms[command.Vm];
        return command switch
        {
            HostCommand.Start or HostCommand.SetQos or HostCommand.Resize or HostCommand.Stop or HostCommand.Forget => null,
            HostCommand.Prepare when _outage.IsDark => "the host has no power",
            HostCommand.Prepare or HostCommand.BeginMigration or HostCommand.NextRound or HostCommand.Pause or HostCommand.CancelMigration
                when !spec.CanMigrate => "only VMs on path 'memory-bus' can migrate",
            HostCommand.Prepare when guest is { Hold: GuestHold.Room } => "it is prepared here already",
            HostCommand.Prepare => guest is null ? null : "it is on this host",
            HostCommand.Write or HostCommand.Resume when guest?.Hold != GuestHold.Room => VmPhase.NotPrepared,
            HostCommand.Write => null,
            HostCommand.Resume { ContentHash: var hash } =>
                HostDevice.WhyNotTheSame(guest!.Area, hasBytes: _host.Scenario.Host.PayloadOf(spec) != PayloadKind.None, hash),
            _ => guest is null ? "it is not on this host" : guest.Failure,
        };
    }

    private void HandOn(HostCommand.OfVm command, HostGuest guest)
    {
        guest.Await(command, Sender);
        guest.Hold = command is HostCommand.Forget ? GuestHold.Rest : guest.Hold;
        guest.Actor.Tell(command);
    }

    private void Start(HostCommand.Start command)
    {
        var spec = _host.Scenario.Vms[command.Vm];
        Spawn(command, expected: null, () => spec.Storage is null
            ? (null, false)
            : _device.AttachArea(spec, _host.Scenario.PrefaultsMemory, _host.ProtectionOf(spec)));
    }

    private void Prepare(HostCommand.Prepare command)
    {
        var spec = _host.Scenario.Vms[command.Vm];
        Spawn(command, command.Qos, () => (spec.Storage is null
            ? null
            : _device.PrepareArea(spec, _host.Scenario.PrefaultsMemory, _host.ProtectionOf(spec)), true));
    }

    /// <summary>Makes a VM's actor, which answers the command; unless its child device cannot be had.</summary>
    private void Spawn(HostCommand.OfVm command, QosSpec? expected, Func<(NvmArea? Area, bool IsNew)> attach)
    {
        try
        {
            var ((area, isNew), vm) = (attach(), command.Vm);
            ShowAllocation();
            var props = Props.Create(() => new VmActor(vm, _host, area, expected)).WithDispatcher(Context.Props.Dispatcher);
            var actor = Context.Watch(Context.ActorOf(props, $"vm-{vm}-{_arrivals++}")); // it may come again before its last actor is gone
            _guests[vm] = new HostGuest(actor, area, isNew) { Hold = expected is null ? GuestHold.Place : GuestHold.Room };
            _guests[vm].Await(command, Sender);
        }
        catch (Exception refused) when (refused is NvmException or InputException)
        {
            Sender.Tell(new HostAnswer.Refused(refused.Message));
        }
    }

    private void OnReleased(VmReleased message)
    {
        var guest = _guests[message.Vm];
        var isElsewhere = guest.Hold == GuestHold.Rest;
        Release(message.Vm, isOfNoUse: isElsewhere || (guest.IsNew && message.WhyNotStarted is not null));
        guest.Answer(message.WhyNotStarted is { } why && !isElsewhere ? new HostAnswer.Refused(why) : new HostAnswer.Done());
    }

    /// <summary>Nothing is left of it here.</summary>
    private void Remove(int vm)
    {
        Context.Stop(Context.Unwatch(_guests[vm].Actor));
        _guests.Remove(vm);
        _host.Board.Forget(vm);
    }

    private HostAnswer Write(HostCommand.Write command, HostGuest guest)
    {
        try
        {
            if (guest.Area is { } area && command.Content.Bytes is { Length: > 0 } blocks)
            {
                _device.Write(_host.Scenario.Vms[command.Vm], area, blocks);
                ShowAllocation();
            }

            return new HostAnswer.Done();
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException)
        {
            return new HostAnswer.Refused(wrong.Message);
        }
    }

    private HostAnswer Resize(HostCommand.Resize command, HostGuest? guest)
    {
        try
        {
            if (guest is { Area: { } area, Hold: not GuestHold.Nothing })
            {
                _device.Resize(_host.Scenario.Vms[command.Vm], area, command.ChildBytes);
                ShowAllocation();
            }

            return new HostAnswer.Done();
        }
        catch (NvmException refused)
        {
            return new HostAnswer.Refused(refused.Message);
        }
    }

    /// <summary>A VM gives back what it holds, before it is answered that it did: whoever has the answer looks at the board.</summary>
    private void Release(int vm, bool isOfNoUse)
    {
        var guest = _guests[vm];
        var leavesNothing = guest.Hold is GuestHold.Room or GuestHold.Rest;
        if (guest.Hold != GuestHold.Nothing)
        {
            guest.Hold = GuestHold.Nothing;
            guest.Area?.Dispose();
            if (_host.Scenario.Vms[vm].Storage is not null)
            {
                _device.Release(_host.Scenario.Vms[vm], isOfNoUse);
                ShowAllocation();
            }
        }

        if (leavesNothing)
        {
            Remove(vm);
        }

        _outage.NoLongerAwait(vm);
    }

    private void OnTerminated(IActorRef actor)
    {
        var (vm, guest) = _guests.FirstOrDefault(g => g.Value.Actor.Equals(actor));
        if (guest is null)
        {
            return; // one that was refused, and another came
        }

        _host.Board.Show(vm, VmState.Failed);
        guest.Failure ??= "it ended unexpectedly";
        Release(vm, isOfNoUse: guest.Hold is GuestHold.Room or GuestHold.Rest);
        guest.Answer(new HostAnswer.Refused(guest.Failure));
    }

    private void ShowAllocation() => _host.Board.NvmAllocatedBytes = _device.AllocatedBytes;

    private void Answer(int vm, HostAnswer answer) => _guests.GetValueOrDefault(vm)?.Answer(answer);
}
