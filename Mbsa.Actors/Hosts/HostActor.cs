using Akka.Actor;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Scenarios;
using Mbsa.Actors.Vms;
using Mbsa.Metrics;
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
    private readonly HostDevice _device;
    private readonly Dictionary<int, Guest> _guests = [];
    private readonly HashSet<int> _awaited = [];
    private IActorRef? _powerAsker;
    private PowerIsBack? _back;

    /// <summary>A host without VMs.</summary>
    /// <param name="host">What its actors share.</param>
    /// <param name="device">The NVM device, disposed with the host.</param>
    public HostActor(HostServices host, HostDevice device)
    {
        (_host, _device) = (host, device);
        host.Board.ShowDevice(device.Layout);
        ShowAllocation();
        Receive<StartVm>(m => Start(m.Vm));
        Receive<EndVm>(m => End(m.Vm));
        Receive<AskVm>(OnAskVm);
        Receive<ResizeVm>(m => Resize(m.Vm, m.SizeBytes));
        Receive<VmStarted>(m => Answer(m.Vm, new VmRunning(m.Vm)));
        Receive<VmReleased>(m =>
        {
            Release(m.Vm, m.WhyNotStarted is null);
            Answer(m.Vm, m.WhyNotStarted is { } why ? new VmRefused(m.Vm, why) : Done.Instance);
        });
        Receive<LosePower>(_ => OnPowerLost());
        Receive<RestorePower>(_ => OnPowerRestored());
        Receive<VmIsDark>(m => OnDark(m.Vm));
        Receive<VmIsBack>(OnBack);
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
                (area, isNew) = _device.AttachArea(spec, prefault: _host.Scenario.PrefaultsMemory, ProtectionOf(spec.Storage));
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
        _guests[vm] = new Guest(actor, area, isNew) { Asker = Sender };
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

    private void Resize(int vm, long sizeBytes)
    {
        try
        {
            var guest = _guests[vm];
            if (guest is { Area: { } area, IsReleased: false })
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

    private void Release(int vm, bool hasRun)
    {
        var guest = _guests[vm];
        if (!guest.IsReleased)
        {
            guest.IsReleased = true;
            guest.Area?.Dispose();
            if (_host.Scenario.Vms[vm].Storage is not null)
            {
                _device.Release(_host.Scenario.Vms[vm], isOfNoUse: guest.IsNew && !hasRun);
                ShowAllocation();
            }
        }

        NoLongerAwait(vm);
    }

    private void OnPowerLost()
    {
        (_powerAsker, _back) = (Sender, null);
        AwaitGuests(_ => CutPower.Instance);
    }

    /// <summary>Its disk let go of the memory; without power nobody else holds it.</summary>
    private void OnDark(int vm)
    {
        _guests[vm].Area?.Dispose();
        _guests[vm].Area = null;
        NoLongerAwait(vm);
    }

    private void OnPowerRestored()
    {
        try
        {
            _device.LosePower();
        }
        catch (NvmException damaged)
        {
            Sender.Tell(new Status.Failure(new ScenarioFailedException($"the NVM device could not be mounted after the power failure: {damaged.Message}")));
            return;
        }

        (_powerAsker, _back) = (Sender, new PowerIsBack(0, 0, 0));
        ShowAllocation();
        AwaitGuests(Reattach);
    }

    private GivePower Reattach(int vm)
    {
        var (spec, guest) = (_host.Scenario.Vms[vm], _guests[vm]);
        try
        {
            guest.Area = spec.Storage is { } storage ? _device.ReattachArea(spec, _host.Scenario.PrefaultsMemory, ProtectionOf(storage)) : null;
            return new GivePower(guest.Area, null);
        }
        catch (NvmException refused)
        {
            return new GivePower(null, refused.Message);
        }
    }

    private void OnBack(VmIsBack message)
    {
        _back = new PowerIsBack(
            _back!.Vms + (message.Runs ? 1 : 0),
            _back.DisksRecovered + message.Recovery.Disks,
            _back.RecordsRecovered + message.Recovery.Records);
        NoLongerAwait(message.Vm);
    }

    /// <summary>Tells every VM that is there, and waits until each has answered or is released.</summary>
    private void AwaitGuests(Func<int, object> message)
    {
        _awaited.UnionWith(_guests.Where(guest => !guest.Value.IsReleased).Select(guest => guest.Key));
        foreach (var vm in _awaited.Order())
        {
            _guests[vm].Actor.Tell(message(vm));
        }

        AnswerWhenNobodyIsAwaited();
    }

    private void NoLongerAwait(int vm)
    {
        if (_awaited.Remove(vm))
        {
            AnswerWhenNobodyIsAwaited();
        }
    }

    private void AnswerWhenNobodyIsAwaited()
    {
        if (_awaited.Count == 0)
        {
            _powerAsker?.Tell(_back ?? (object)Done.Instance);
            _powerAsker = null;
        }
    }

    private ProtectionMethod ProtectionOf(StorageSpec storage) => _host.Wall is null ? ProtectionMethod.None : storage.Protection;

    private void OnTerminated(IActorRef actor)
    {
        var (vm, guest) = _guests.First(g => g.Value.Actor.Equals(actor));
        _host.Board.Show(vm, VmState.Failed);
        guest.Failure ??= "it ended unexpectedly";
        Answer(vm, new VmRefused(vm, guest.Failure));
        Release(vm, hasRun: true);
    }

    private void ShowAllocation() => _host.Board.NvmAllocatedBytes = _device.AllocatedBytes;

    private void Answer(int vm, object answer)
    {
        _guests[vm].Asker?.Tell(answer);
        _guests[vm].Asker = null;
    }

    private sealed class Guest(IActorRef actor, NvmArea? area, bool isNew)
    {
        public IActorRef Actor { get; } = actor;

        /// <summary>Its NVM area; null without storage, and without power.</summary>
        public NvmArea? Area { get; set; } = area;

        /// <summary>Its child device was made for it.</summary>
        public bool IsNew { get; } = isNew;

        public IActorRef? Asker { get; set; }

        public bool IsReleased { get; set; }

        public string? Failure { get; set; }
    }
}
