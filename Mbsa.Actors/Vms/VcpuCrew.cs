using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>The VCPUs of a VM and its I/O thread, as actors, and how far they are. Part of the VM's actor.</summary>
/// <param name="vm">The VM's place in the scenario.</param>
/// <param name="spec">The VM.</param>
/// <param name="host">What the host's actors share.</param>
/// <param name="meter">Has a record for each.</param>
/// <param name="context">The VM's actor, their parent.</param>
internal sealed class VcpuCrew(int vm, VmSpec spec, HostServices host, VmMeter meter, IUntypedActorContext context)
{
    private readonly ImmutableArray<ImmutableArray<JobClone>> _dealt = VcpuFactory.Deal(spec);
    private readonly SortedDictionary<int, IActorRef> _members = [];
    private readonly HashSet<int> _attached = [];
    private readonly HashSet<int> _finished = [];
    private int _runners;
    private int? _stopping;

    /// <summary>Whether none is left.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>Whether all of them compete for cores.</summary>
    public bool IsAttached => _attached.Count == _members.Count;

    /// <summary>Whether the jobs of all of them came to their end.</summary>
    public bool IsFinished => _finished.Count == _runners && _runners > 0;

    /// <summary>Whether a VCPU has jobs; one without would only ever idle.</summary>
    public bool Runs(int vcpu) => !_dealt[vcpu].IsEmpty;

    /// <summary>Lets all of them start: with the VM, when the power is back, or where they stood.</summary>
    /// <param name="disk">The VM's disk; null without one.</param>
    /// <param name="saved">
    /// Where they stood: what the worker of each VCPU wrote down, null for one whose jobs had come to their end. A worker that fails later
    /// begins anew, as ever.
    /// </param>
    public void Start(VmDisk? disk, IReadOnlyDictionary<int, byte[]?>? saved = null)
    {
        _stopping = null;
        _attached.Clear();
        _finished.Clear();
        _runners = 0;
        var factory = new VcpuFactory(host, spec, disk, _dealt);
        for (var vcpu = 0; vcpu < _dealt.Length; vcpu++)
        {
            if (Runs(vcpu) && saved is not null && saved[vcpu] is null)
            {
                _runners++;
                _finished.Add(vcpu);
            }
            else if (Runs(vcpu))
            {
                var (index, record, state) = (vcpu, meter.Records[vcpu], saved?[vcpu]);
                Spawn(vcpu, () => factory.Create(index, record, Interlocked.Exchange(ref state, null)));
            }
        }

        if (factory.HasIoThread)
        {
            Spawn(_dealt.Length, () => factory.CreateIoThread(meter.Records[_dealt.Length]));
        }
    }

    /// <summary>The VCPU of this index, if it is there.</summary>
    public IActorRef? Find(int vcpu) => _members.GetValueOrDefault(vcpu);

    /// <summary>
    /// Stops all of them, one after the other in the order of their indices: what the run queue makes of those who leave follows from that
    /// order, and must not follow from whose actor was heard first.
    /// </summary>
    public void Stop()
    {
        if (_stopping is null)
        {
            StopFirst();
        }
    }

    /// <summary>One of them competes for cores.</summary>
    public void Attached(int vcpu) => _attached.Add(vcpu);

    /// <summary>The jobs of one of them came to their end.</summary>
    public void Finish(int vcpu) => _finished.Add(vcpu);

    /// <summary>Those whose jobs came to their end, whether they are still there or ended before the VM came here.</summary>
    public IReadOnlyCollection<int> Finished => _finished;

    /// <summary>The index of one of them.</summary>
    public int IndexOf(IActorRef member) => _members.First(m => m.Value.Equals(member)).Key;

    /// <summary>One of them is gone.</summary>
    public void Remove(int index)
    {
        _members.Remove(index);
        if (index == _stopping)
        {
            _stopping = null;
            StopFirst();
        }
    }

    /// <summary>What people call one of them.</summary>
    public string NameOf(int index) => index < spec.Vcpus ? $"VCPU {index}" : "the I/O thread";

    private void StopFirst()
    {
        foreach (var (index, member) in _members)
        {
            _stopping = index;
            member.Tell(new StopVcpu());
            return;
        }
    }

    private void Spawn(int index, Func<IQuantumWorker> create)
    {
        _runners++;
        var (id, name) = (new SchedulableId(vm, index), NameOf(index));
        var props = Props.Create(() => new VcpuActor(id, name, host.Supervisor, create)).WithDispatcher(context.Props.Dispatcher);
        _members[index] = context.Watch(context.ActorOf(props, index < spec.Vcpus ? $"vcpu-{index}" : $"io-thread-{index - spec.Vcpus}"));
    }
}
