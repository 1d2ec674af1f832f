using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>Takes turns, has those make room that it is told to, and writes down what it is told of.</summary>
internal sealed class ScriptedQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    private readonly Queue<Schedulable> _ready = new();
    private readonly Queue<(long AtNs, Schedulable Victim)> _victims = new();

    /// <summary>Everything that was charged.</summary>
    public List<(int Vm, long HeldNs, double BusBytes, long Operations)> Charges { get; } = [];

    /// <summary>Somebody has to make room once the cores ask at a moment, or after it.</summary>
    public void VictimAt(long atNs, Schedulable victim)
    {
        _victims.Enqueue((atNs, victim));
        Apply(Plan.Empty, atNs);
    }

    public override Schedulable? MakeRoom(long nowNs)
    {
        if (!_victims.TryPeek(out var next))
        {
            return null;
        }

        Apply(Plan.Empty, nowNs); // so that it is asked again
        return next.AtNs <= nowNs ? _victims.Dequeue().Victim : null;
    }

    protected override void TakeOver(Plan plan, long nowNs)
    {
    }

    protected override void Add(Schedulable schedulable, long nowNs) => _ready.Enqueue(schedulable);

    protected override Schedulable? Take(long nowNs, ref long budgetNs) => TakeFirst(_ready);

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs) =>
        Charges.Add((schedulable.Id.Vm, quantum.HeldNs, quantum.Work.BusBytes, quantum.Operations));
}
