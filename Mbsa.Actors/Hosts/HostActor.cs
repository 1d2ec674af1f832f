using Akka.Actor;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Results;
using Mbsa.Actors.Vms;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Protection;
using Mbsa.Vm;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// An emulated host: owns the NVM device and its allocation table, gives each VM a child of it, spawns the VMs. It makes the device and it
/// ends it; the memory itself goes with the last lease.
/// </summary>
internal sealed class HostActor : ReceiveActor
{
    private readonly HostServices _host;
    private readonly NvmDevice _device;
    private readonly Dictionary<int, Guest> _guests = [];

    /// <summary>A host without VMs.</summary>
    /// <param name="host">What its actors share.</param>
    /// <param name="device">The NVM device, disposed with the host.</param>
    public HostActor(HostServices host, NvmDevice device)
    {
        (_host, _device) = (host, device);
        ShowAllocation();
        Receive<StartVm>(m => Start(m.Vm));
        Receive<EndVm>(m => End(m.Vm));
        Receive<AskVm>(OnAskVm);
        Receive<VmStarted>(m => Answer(m.Vm, new VmRunning(m.Vm)));
        Receive<VmReleased>(m =>
        {
            Release(m.Vm);
            Answer(m.Vm, m.WhyNotStarted is { } why ? new VmRefused(m.Vm, why) : Done.Instance);
        });
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<RunUntil>(m => _host.Supervisor.Forward(m));
        Receive<Halt>(m => _host.Supervisor.Forward(m));
        Receive<ChangeTenant>(m => _host.Supervisor.Forward(m));
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
        NvmArea? area = null;
        try
        {
            if (spec.Storage is { } storage)
            {
                var child = _device.CreateChild(spec.Name, storage.ChildBytes);
                var protection = _host.Wall is null ? ProtectionMethod.None : storage.Protection;
                area = _device.Map(child, prefault: _host.Scenario.PrefaultsMemory, protection);
            }
        }
        catch (Exception refused) when (refused is NvmException or InputException)
        {
            Sender.Tell(new VmRefused(vm, refused.Message));
            return;
        }

        ShowAllocation();

        var props = Props.Create(() => new VmActor(vm, _host, area)).WithDispatcher(Context.Props.Dispatcher);
        var actor = Context.Watch(Context.ActorOf(props, $"vm-{vm}"));
        _guests[vm] = new Guest(actor, area) { Asker = Sender };
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
        var guest = _guests[message.Vm];
        if (guest.Failure is { } failure)
        {
            Sender.Tell(new VmRefused(message.Vm, failure));
            return;
        }

        guest.Asker = Sender; // the VM answers itself; the host only if it dies before it can
        guest.Actor.Forward(message.Question);
    }

    private void Release(int vm)
    {
        var guest = _guests[vm];
        if (!guest.IsReleased)
        {
            guest.IsReleased = true;
            guest.Area?.Dispose();
            if (guest.Area is not null)
            {
                _device.DeleteChild(_host.Scenario.Vms[vm].Name);
                ShowAllocation();
            }
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        var (vm, guest) = _guests.First(g => g.Value.Actor.Equals(actor));
        _host.Board.Show(vm, VmState.Failed);
        guest.Failure ??= "it ended unexpectedly";
        Answer(vm, new VmRefused(vm, guest.Failure));
        Release(vm);
    }

    private void ShowAllocation() => _host.Board.NvmAllocatedBytes = _device.SizeBytes - _device.FreeBytes;

    private void Answer(int vm, object answer)
    {
        _guests[vm].Asker?.Tell(answer);
        _guests[vm].Asker = null;
    }

    private sealed class Guest(IActorRef actor, NvmArea? area)
    {
        public IActorRef Actor { get; } = actor;

        public NvmArea? Area { get; } = area;

        public IActorRef? Asker { get; set; }

        public bool IsReleased { get; set; }

        public string? Failure { get; set; }
    }
}
