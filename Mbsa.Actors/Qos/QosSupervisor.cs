using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Board;
using Mbsa.Actors.Commands;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Playing;
using Mbsa.Cores.Queue;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Qos;

/// <summary>
/// Decides who may have how much of a host, and lets its time pass. The decision is the policy's pure plan, made anew whenever the set of
/// VMs changes; carrying it out quantum by quantum is the run queue's, beside the cores and without messages. The two clocks differ only in
/// <see cref="Go"/>.
/// </summary>
internal abstract class QosSupervisor : ReceiveActor
{
    private readonly IQosPolicy _policy;
    private readonly HostCapacity _host;
    private readonly ICores _cores;
    private readonly LiveBoard _board;
    private readonly VmBook _book;
    private readonly Dictionary<SchedulableId, (Schedulable Schedulable, IActorRef Owner)> _attached = [];
    private readonly Dictionary<SchedulableId, IActorRef> _leaving = [];
    private IActorRef? _asker;
    private bool _planIsStale;

    protected QosSupervisor(IQosPolicy policy, HostCapacity host, ICores cores, LiveBoard board)
    {
        (_policy, _host, _cores, _board, _book) = (policy, host, cores, board, new VmBook(host));
        Receive<AdmitVm>(m => Sender.Tell(Admit(m.Vm)));
        Receive<HostCommand.SetQos>(m => Sender.Tell(Change(m)));
        Receive<RemoveVm>(m =>
        {
            WithQueue((queue, nowNs) => _book.Remove(m.Vm, queue, nowNs));
            OutdatePlan();
        });
        Receive<HostCommand.BeginAccounts>(_ =>
        {
            WithQueue(_book.BeginAccounts);
            Sender.Tell(new HostAnswer.Done());
        });
        Receive<ReadAccounts>(_ => SendAccounts());
        Receive<Attach>(OnAttach);
        Receive<Detach>(OnDetach);
        Receive<EndQuanta>(m => OnEndQuanta(m.Vm));
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

    /// <summary>Does something with the run queue between two quanta, at a moment of the scenario's clock.</summary>
    protected abstract void WithQueue(Action<RunQueue, long> action);

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
        var plan = _policy.MakePlan(_host, _book.Claims(vm => vcpus.GetValueOrDefault(vm)));
        WithQueue((queue, nowNs) => queue.Apply(plan, nowNs));
        _board.Publish(plan);
    }

    /// <summary>Looks at what everybody used and wanted lately, and makes the plan anew if the policy goes by that.</summary>
    protected void Observe()
    {
        WithQueue((queue, nowNs) =>
        {
            _book.Observe(queue, nowNs);
            Show(queue, nowNs);
        });
        _board.Series?.Advance(_cores.NowNs);
        _planIsStale |= _policy.FollowsDemand;
        PlanIfStale();
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

    /// <summary>Shows those who watch how the VMs stand.</summary>
    private void Show(RunQueue queue, long nowNs)
    {
        foreach (var (vm, counts, misses) in _book.Standings(queue, nowNs))
        {
            _board.ShowUse(vm, counts, misses, nowNs);
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

    private void OnEndQuanta(int vm)
    {
        List<Departure> departures = [];
        var endNs = _cores.EndQuanta(vm, departures);
        foreach (var departure in departures)
        {
            Report(departure);
        }

        Sender.Tell(new QuantaEnded(vm, endNs));
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

    /// <summary>Admits a VM, or gives it other promises; if they do not fit, as best effort where it asked for that.</summary>
    private HostAnswer Admit(AdmittedVm vm)
    {
        var why = AdmitNow(vm);
        if (why is not null && !(vm.Qos.OrBestEffort && AdmitNow(vm with { Qos = vm.Qos.WithoutReservation() }) is null))
        {
            return new HostAnswer.Refused(why);
        }

        OutdatePlan();
        return new HostAnswer.Done(why is null ? null : $"runs as best effort: {why}");
    }

    private string? AdmitNow(AdmittedVm vm)
    {
        string? why = null;
        WithQueue((queue, nowNs) => why = _book.Admit(vm, queue, nowNs));
        return why;
    }

    private HostAnswer Change(HostCommand.SetQos command) => _book.Find(command.Vm) is { } vm
        ? Admit(vm with { Qos = command.Qos })
        : new HostAnswer.Refused("the VM is not there");

    private void SendAccounts()
    {
        var uses = new VmUses(ImmutableDictionary<int, VmUse>.Empty);
        WithQueue((queue, nowNs) =>
        {
            uses = new VmUses(_book.ReadAccounts(queue, nowNs)) { SinceTheyCame = _book.Counts(queue, nowNs) };
            Show(queue, nowNs);
        });
        Sender.Tell(uses);
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
