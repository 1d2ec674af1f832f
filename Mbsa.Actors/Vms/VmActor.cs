using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Scenarios;
using Mbsa.Metrics;
using Mbsa.Nvm.Devices;
using Mbsa.Vm;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// The life of one VM: attaches its NVM area, makes its disk, spawns its VCPUs, gathers their counts. A VCPU that fails is restarted up to
/// three times; then the VM is given up. When it is stopped it frees its memory and stays only to say what it did. When the power fails it lets go
/// of everything at once, and begins anew when the power is back.
/// </summary>
internal sealed class VmActor : ReceiveActor
{
    private const int RestartsPerVcpu = 3;

    /// <summary>I/O threads that a VM may have, numbered behind its VCPUs.</summary>
    private const int IoThreads = 1;

    private readonly int _index;
    private readonly VmSpec _spec;
    private readonly HostServices _host;
    private readonly VmDisk? _disk;
    private readonly VmMeter _meter;
    private readonly Dictionary<int, IActorRef> _vcpus = [];
    private readonly HashSet<int> _attached = [];
    private readonly HashSet<int> _finished = [];
    private readonly List<string> _problems = [];
    private readonly HashSet<int> _ended = [];
    private bool _stopping;
    private bool _started;
    private bool _isStarting = true;
    private bool _hasPower = true;
    private bool _isLost;
    private bool _hadFinished;
    private DiskRecovery _recovery = DiskRecovery.None;
    private string _lastFailure = "it ended before it started";

    /// <summary>A VM about to start.</summary>
    /// <param name="index">Its place in the scenario.</param>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="area">Its NVM area; null without storage.</param>
    public VmActor(int index, HostServices host, NvmArea? area)
    {
        (_index, _host) = (index, host);
        _spec = host.Scenario.Vms[index];
        _disk = area is null ? null : VmDisk.Attach(host.Scenario, _spec, area);
        var dealt = VcpuFactory.Deal(_spec);
        _meter = new VmMeter(_spec, dealt.Length + IoThreads);
        Receive<TenantAdmitted>(m =>
        {
            if (m.WhyBestEffort is { } why)
            {
                _problems.Add($"{_spec.Name}: runs as best effort: {why}");
            }

            Spawn(dealt);
        });
        Receive<TenantRefused>(m =>
        {
            _lastFailure = m.Reason;
            BeginStop();
        });
        Receive<VcpuAttached>(m => OnAttached(m.Vcpu));
        Receive<VcpuFinished>(m => OnFinished(m.Vcpu));
        Receive<Terminated>(m => OnTerminated(m.ActorRef));
        Receive<StopVm>(_ => BeginStop());
        Receive<CutPower>(_ => OnPowerCut());
        Receive<GivePower>(m => OnPowerGiven(m, dealt));
        Receive<BeginMeasuring>(_ =>
        {
            _meter.Begin(_disk);
            Sender.Tell(Done.Instance);
        });
        Receive<FailVcpu>(m =>
        {
            if (_vcpus.TryGetValue(m.Vcpu, out var vcpu))
            {
                vcpu.Forward(m); // the VCPU answers: time must not pass before the fault is in place
            }
            else
            {
                Sender.Tell(Done.Instance);
            }
        });
        Receive<CollectResult>(_ => Sender.Tell(_meter.Collect(_disk, _host.Board.StateOf(_index), _host.Board.PlannedShareOf(_index), _problems)));
        Receive<Detached>(_ => { }); // the answer to the last word on a VCPU that was given up
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        RestartsPerVcpu,
        withinTimeMilliseconds: -1,
        decider: Decider.From(failure =>
        {
            _lastFailure = Innermost(failure);
            _problems.Add($"{_spec.Name}: {_lastFailure}");
            return failure is VcpuFailedException ? Directive.Restart : Directive.Stop;
        }),
        loggingEnabled: false);

    protected override void PreStart()
    {
        if (_disk is not null)
        {
            _host.Board.ShowDisk(_index, _disk.ShowWear);
        }

        _host.Board.Show(_index, VmState.Running, _meter.Records);
        var use = JobUse.Of(_host.Scenario, _host.Capacity, _spec);
        _host.Supervisor.Tell(new AdmitTenant(new AdmittedTenant(_index, _spec.Vcpus, _spec.Qos, use)));
    }

    protected override void PostStop() => _disk?.Dispose();

    private static string Innermost(Exception failure) => failure switch
    {
        VcpuFailedException => failure.Message,
        { InnerException: { } inner } => Innermost(inner),
        _ => failure.Message,
    };

    private void Spawn(ImmutableArray<ImmutableArray<JobClone>> dealt)
    {
        if (_stopping || _vcpus.Count > 0)
        {
            return; // admitted anew after a change of promises
        }

        var factory = new VcpuFactory(_host, _spec, _disk, dealt);
        for (var vcpu = 0; vcpu < dealt.Length; vcpu++)
        {
            if (!dealt[vcpu].IsEmpty) // a VCPU without jobs would only ever idle
            {
                var (index, record) = (vcpu, _meter.Records[vcpu]);
                Spawn(index, () => factory.Create(index, record));
            }
        }

        if (factory.HasIoThread)
        {
            Spawn(dealt.Length, () => factory.CreateIoThread(_meter.Records[dealt.Length]));
        }

        SayStartedWhenAllAttached();
    }

    private string NameOf(int index) => index < _spec.Vcpus ? $"VCPU {index}" : "the I/O thread";

    private void Spawn(int index, Func<IQuantumWorker> create)
    {
        var (id, name) = (new Cores.SchedulableId(_index, index), NameOf(index));
        var props = Props.Create(() => new VcpuActor(id, name, _host.Supervisor, create)).WithDispatcher(Context.Props.Dispatcher);
        _vcpus[index] = Context.Watch(Context.ActorOf(props, index < _spec.Vcpus ? $"vcpu-{index}" : $"io-thread-{index - _spec.Vcpus}"));
    }

    private void OnAttached(int vcpu)
    {
        _attached.Add(vcpu);
        SayStartedWhenAllAttached();
    }

    private void SayStartedWhenAllAttached()
    {
        if (_isStarting && !_stopping && _attached.Count == _vcpus.Count)
        {
            Context.Parent.Tell(_started ? new VmIsBack(_index, Runs: true, _recovery) : new VmStarted(_index));
            (_isStarting, _started) = (false, true);
        }
    }

    private void OnFinished(int vcpu)
    {
        _finished.Add(vcpu);
        if (!_stopping && _hasPower && _finished.Count == _vcpus.Count)
        {
            _host.Board.Show(_index, VmState.Finished);
        }
    }

    private void OnTerminated(IActorRef vcpu)
    {
        var index = _vcpus.First(v => v.Value.Equals(vcpu)).Key;
        _vcpus.Remove(index);
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
            _problems.Add($"{_spec.Name}: given up after {NameOf(index)} failed {RestartsPerVcpu + 1} times");
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
        foreach (var vcpu in _vcpus.Values)
        {
            vcpu.Tell(StopVcpu.Instance);
        }

        ReleaseWhenEmpty();
    }

    private void OnPowerCut()
    {
        if (_stopping)
        {
            return; // the host hears of its release
        }

        _hasPower = false;
        foreach (var vcpu in _vcpus.Values)
        {
            vcpu.Tell(StopVcpu.Instance);
        }

        GoDarkWhenEmpty();
    }

    private void GoDarkWhenEmpty()
    {
        if (_vcpus.Count > 0)
        {
            return;
        }

        _hadFinished = _host.Board.StateOf(_index) == VmState.Finished;
        _meter.LosePower(_disk);
        _disk?.LosePower();
        _host.Board.Show(_index, VmState.NoPower);
        Context.Parent.Tell(new VmIsDark(_index));
    }

    private void OnPowerGiven(GivePower message, ImmutableArray<ImmutableArray<JobClone>> dealt)
    {
        _hasPower = true;
        _attached.Clear();
        _finished.Clear();
        try
        {
            _recovery = message switch
            {
                { WhyNoArea: { } why } => throw new InputException(why),
                { Area: { } area } => _disk!.Remount(area),
                _ => DiskRecovery.None,
            };
        }
        catch (Exception damaged) when (damaged is NvmException or InputException)
        {
            _isLost = true;
            _problems.Add($"{_spec.Name}: given up after the power failure: {damaged.Message}");
            BeginStop();
            return;
        }

        _meter.RegainPower(_disk);
        _host.Board.Show(_index, _hadFinished ? VmState.Finished : VmState.Running);
        if (_hadFinished)
        {
            Context.Parent.Tell(new VmIsBack(_index, Runs: false, _recovery));
            return;
        }

        _isStarting = true;
        Spawn(dealt);
    }

    private void ReleaseWhenEmpty()
    {
        if (_vcpus.Count > 0)
        {
            return;
        }

        _meter.Freeze(_disk);
        _disk?.Dispose();
        _host.Board.Show(_index, _isLost ? VmState.Failed : VmState.Stopped);
        _host.Supervisor.Tell(new RemoveTenant(_index));
        Context.Parent.Tell(new VmReleased(_index, _started ? null : _lastFailure));
        foreach (var vcpu in _ended) // another may have failed for the last time while the first of them stopped the VM
        {
            _host.Supervisor.Tell(new Detach(new Cores.SchedulableId(_index, vcpu)));
        }
    }
}
