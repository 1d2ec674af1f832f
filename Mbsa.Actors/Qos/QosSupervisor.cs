using Akka.Actor;
using Mbsa.Actors.Cores;
using Mbsa.Actors.Results;

namespace Mbsa.Actors.Qos;

/// <summary>
/// Decides who may have how much of a host, and lets its time pass. The decision is the policy's pure plan, made anew whenever the set of
/// VMs changes; carrying it out quantum by quantum is the run queue's, beside the cores and without messages. The two clocks differ only in
/// <see cref="Go"/>.
/// </summary>
internal abstract class QosSupervisor : ReceiveActor
{
    private readonly IQosPolicy _policy;
    private readonly int _coreCount;
    private readonly ICores _cores;
    private readonly LiveBoard _board;
    private readonly SortedDictionary<int, Tenant> _tenants = [];
    private readonly Dictionary<SchedulableId, (Schedulable Schedulable, IActorRef Owner)> _attached = [];
    private readonly Dictionary<SchedulableId, IActorRef> _leaving = [];
    private IActorRef? _asker;
    private bool _planIsStale;

    protected QosSupervisor(IQosPolicy policy, int coreCount, ICores cores, LiveBoard board)
    {
        (_policy, _coreCount, _cores, _board) = (policy, coreCount, cores, board);
        Receive<AdmitTenant>(m => Change(m.Vm, new Tenant(m.Vm, m.Vcpus, m.Weight), new TenantAdmitted(m.Vm)));
        Receive<ChangeTenant>(m => Change(m.Vm, _tenants.GetValueOrDefault(m.Vm) is { } t ? t with { Weight = m.Weight } : null, new TenantAdmitted(m.Vm)));
        Receive<RemoveTenant>(m => Change(m.Vm, null, null));
        Receive<Attach>(OnAttach);
        Receive<Detach>(OnDetach);
        Receive<Noted>(m => OnSettled(m.Id));
        Receive<RunUntil>(OnRunUntil);
        Receive<Halt>(_ =>
        {
            IsHalted = true;
            OnHalt();
        });
    }

    /// <summary>Time must not pass any more.</summary>
    protected bool IsHalted { get; private set; }

    /// <summary>Whether cores run while messages are handled: then a new plan cannot wait until time passes again.</summary>
    protected virtual bool IsTimePassing => false;

    /// <summary>Lets time pass until a moment; ends in <see cref="Answer"/>.</summary>
    /// <param name="untilNs">The moment.</param>
    /// <param name="idle">Whether time passes also when nobody is there to run.</param>
    protected abstract void Go(long untilNs, bool idle);

    /// <summary>Somebody asked to stop.</summary>
    protected abstract void OnHalt();

    /// <summary>Takes over new rates between two quanta.</summary>
    protected abstract void Apply(Plan plan);

    /// <summary>An owner has seen to a departure, one way or the other.</summary>
    protected virtual void OnSettled(SchedulableId id)
    {
    }

    /// <summary>Tells whoever let time pass that it stands still again.</summary>
    protected void Answer(bool allFinished)
    {
        _asker?.Tell(new Reached(_cores.NowNs, allFinished, _cores.Use, _cores.TraceHash));
        _asker = null;
    }

    /// <summary>Makes the plan anew if who competes has changed.</summary>
    protected void PlanIfStale()
    {
        if (!_planIsStale)
        {
            return;
        }

        _planIsStale = false;
        var vcpus = _attached.Keys.CountBy(id => id.Vm).ToDictionary();
        var plan = _policy.MakePlan(_coreCount, [.. _tenants.Values.Select(t => t with { Vcpus = vcpus.GetValueOrDefault(t.Vm) })]);
        Apply(plan);
        _board.Publish(plan);
    }

    /// <summary>Tells the owner what became of its schedulable.</summary>
    /// <returns>Whether the owner has to see to it.</returns>
    protected bool Report(in Departure departure)
    {
        var id = departure.Schedulable.Id;
        if (_leaving.Remove(id, out var waiting))
        {
            waiting.Tell(new Detached(id));
            return false;
        }

        if (!_attached.Remove(id, out var entry))
        {
            return false;
        }

        entry.Owner.Tell(departure.Failure is { } failure ? new WorkerFailed(id, failure) : new WorkerFinished(id));
        OutdatePlan();
        return true;
    }

    protected override void PostStop()
    {
        foreach (var (schedulable, _) in _attached.Values)
        {
            _cores.Detach(schedulable);
        }
    }

    private void OnAttach(Attach message)
    {
        var id = message.Schedulable.Id;
        _attached[id] = (message.Schedulable, message.Owner);
        _cores.Attach(message.Schedulable);
        OutdatePlan();
        message.Owner.Tell(new Attached(id));
        OnSettled(id);
    }

    private void OnDetach(Detach message)
    {
        var isGone = true;
        if (_attached.Remove(message.Id, out var entry))
        {
            isGone = _cores.Detach(entry.Schedulable);
            OutdatePlan();
        }

        if (isGone)
        {
            Sender.Tell(new Detached(message.Id));
        }
        else
        {
            _leaving[message.Id] = Sender;
        }

        OnSettled(message.Id);
    }

    private void OnRunUntil(RunUntil message)
    {
        _asker = Sender;
        if (IsHalted)
        {
            Answer(allFinished: false);
        }
        else
        {
            PlanIfStale();
            Go(message.Ns, message.Idle);
        }
    }

    private void Change(int vm, Tenant? tenant, object? answer)
    {
        if (tenant is null)
        {
            _tenants.Remove(vm);
        }
        else
        {
            _tenants[vm] = tenant;
        }

        OutdatePlan();
        if (answer is not null)
        {
            Sender.Tell(answer);
        }
    }

    /// <summary>Who competes has changed. A thousand changes at one moment make one plan, before time passes again.</summary>
    private void OutdatePlan()
    {
        _planIsStale = true;
        if (IsTimePassing)
        {
            PlanIfStale();
        }
    }
}
