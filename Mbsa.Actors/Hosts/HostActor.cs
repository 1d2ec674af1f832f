using Akka.Actor;
using Mbsa.Actors.Qos;
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
    private readonly HostMoves _moves;
    private readonly HostOutage _outage;
    private int _arrivals;

    /// <summary>A host without VMs.</summary>
    /// <param name="host">What its actors share.</param>
    /// <param name="device">The NVM device, disposed with the host.</param>
    public HostActor(HostServices host, HostDevice device)
    {
        (_host, _device) = (host, device);
        (_moves, _outage) = (new HostMoves(host, device, _guests), new HostOutage(host, device, _guests));
        host.Board.ShowDevice(device.Layout);
        ShowAllocation();
        Receive<StartVm>(m => Start(m.Vm));
        Receive<EndVm>(m => End(m.Vm));
        Receive<AskVm>(OnAskVm);
        Receive<ResizeVm>(m => Resize(m.Vm, m.SizeBytes));
        Receive<BeginMove>(m => _moves.Ask(m.Vm, m, Sender));
        Receive<NextRound>(m => _moves.Ask(m.Vm, m, Sender));
        Receive<PauseVm>(m => _moves.Ask(m.Vm, m, Sender));
        Receive<CancelMove>(m => _moves.Ask(m.Vm, m, Sender));
        Receive<PrepareVm>(Prepare);
        Receive<WriteBlocks>(m => Sender.Tell(_moves.Write(m)));
        Receive<ResumeVm>(m => _moves.Resume(m, Sender));
        Receive<ForgetVm>(m => Forget(m.Vm));
        Receive<MoveAnswer>(m => Answer(m.Vm, m.Answer));
        Receive<VmStarted>(m =>
        {
            _guests[m.Vm].IsPrepared = false;
            Answer(m.Vm, new VmRunning(m.Vm));
        });
        Receive<VmReleased>(OnReleased);
        Receive<LosePower>(_ => _outage.Begin(Sender));
        Receive<RestorePower>(_ => _outage.End(Sender));
        Receive<VmIsDark>(m => _outage.OnDark(m.Vm));
        Receive<VmIsBack>(_outage.OnBack);
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<RunUntil>(m => _host.Supervisor.Forward(m));
        Receive<Halt>(m => _host.Supervisor.Forward(m));
        Receive<ChangeTenant>(m => _host.Supervisor.Forward(m));
        Receive<BeginAccounts>(m => _host.Supervisor.Forward(m));
        Receive<ReadAccounts>(m => _host.Supervisor.Forward(m));
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

    private void Start(int vm)
    {
        var spec = _host.Scenario.Vms[vm];
        var (area, isNew) = ((NvmArea?)null, false);
        try
        {
            if (spec.Storage is not null)
            {
                (area, isNew) = _device.AttachArea(spec, _host.Scenario.PrefaultsMemory, _host.ProtectionOf(spec));
            }
        }
        catch (Exception refused) when (refused is NvmException or InputException)
        {
            Sender.Tell(new VmRefused(vm, refused.Message));
            return;
        }

        Spawn(vm, area, isNew, expected: null);
    }

    private void Prepare(PrepareVm message)
    {
        var vm = message.Vm;
        try
        {
            if ((_outage.IsDark ? "the host has no power" : _moves.WhyNotWelcome(vm)) is { } why)
            {
                throw new InputException(why);
            }

            var spec = _host.Scenario.Vms[vm];
            var area = spec.Storage is null ? null : _device.PrepareArea(spec, _host.Scenario.PrefaultsMemory, _host.ProtectionOf(spec));
            Spawn(vm, area, isNew: true, message.Qos);
        }
        catch (Exception refused) when (refused is NvmException or InputException)
        {
            Sender.Tell(new VmRefused(vm, refused.Message));
        }
    }

    private void Spawn(int vm, NvmArea? area, bool isNew, QosSpec? expected)
    {
        ShowAllocation();
        var props = Props.Create(() => new VmActor(vm, _host, area, expected)).WithDispatcher(Context.Props.Dispatcher);
        var actor = Context.Watch(Context.ActorOf(props, $"vm-{vm}-{_arrivals++}")); // it may come again before its last actor is gone
        _guests[vm] = new HostGuest(actor, area, isNew) { Asker = Sender, IsPrepared = expected is not null };
    }

    private void Forget(int vm)
    {
        if (!_guests.TryGetValue(vm, out var guest))
        {
            Sender.Tell(Done.Instance);
            return;
        }

        guest.IsElsewhere = true;
        guest.Asker = Sender;
        if (guest.IsReleased)
        {
            Answer(vm, Done.Instance);
            Remove(vm);
        }
        else
        {
            guest.Actor.Tell(new ForgetVm(vm));
        }
    }

    private void OnReleased(VmReleased message)
    {
        var (vm, guest) = (message.Vm, _guests[message.Vm]);
        Release(vm, message.WhyNotStarted is null && !guest.IsElsewhere);
        Answer(vm, message.WhyNotStarted is { } why && !guest.IsElsewhere ? new VmRefused(vm, why) : Done.Instance);
        if (guest.IsElsewhere || guest.IsPrepared)
        {
            Remove(vm);
        }
    }

    /// <summary>Nothing is left of it here.</summary>
    private void Remove(int vm)
    {
        Context.Stop(Context.Unwatch(_guests[vm].Actor));
        _guests.Remove(vm);
        _host.Board.Forget(vm);
    }

    private void End(int vm)
    {
        if (!_guests.TryGetValue(vm, out var guest) || guest.IsReleased)
        {
            Sender.Tell(Done.Instance);
            return;
        }

        guest.Asker = Sender;
        guest.Actor.Tell(StopVm.Instance);
    }

    private void OnAskVm(AskVm message)
    {
        if (!_guests.TryGetValue(message.Vm, out var guest) || guest.Failure is not null)
        {
            Sender.Tell(new VmRefused(message.Vm, guest?.Failure ?? HostMoves.NotHere));
            return;
        }

        guest.Asker = Sender; // the VM answers itself; the host only if it dies before it can
        guest.Actor.Forward(message.Question);
    }

    private void Resize(int vm, long sizeBytes)
    {
        try
        {
            if (_guests.GetValueOrDefault(vm) is { Area: { } area, IsReleased: false })
            {
                _device.Resize(_host.Scenario.Vms[vm], area, sizeBytes);
                ShowAllocation();
            }

            Sender.Tell(Done.Instance);
        }
        catch (NvmException refused)
        {
            Sender.Tell(new VmRefused(vm, refused.Message));
        }
    }

    private void Release(int vm, bool staysInItsFile)
    {
        var guest = _guests[vm];
        if (!guest.IsReleased)
        {
            guest.IsReleased = true;
            guest.Area?.Dispose();
            if (_host.Scenario.Vms[vm].Storage is not null)
            {
                _device.Release(_host.Scenario.Vms[vm], isOfNoUse: (guest.IsNew && !staysInItsFile) || guest.IsElsewhere);
                ShowAllocation();
            }
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
        Answer(vm, new VmRefused(vm, guest.Failure));
        Release(vm, staysInItsFile: !guest.IsPrepared);
    }

    private void ShowAllocation() => _host.Board.NvmAllocatedBytes = _device.AllocatedBytes;

    private void Answer(int vm, object answer)
    {
        if (_guests.TryGetValue(vm, out var guest))
        {
            guest.Asker?.Tell(answer);
            guest.Asker = null;
        }
    }
}
