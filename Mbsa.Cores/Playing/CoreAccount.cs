using Mbsa.Cores.Queue;
using Mbsa.Cores.Timing;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Cores.Playing;

/// <summary>What the quanta that ended used, who was charged for it, and the trace of them.</summary>
internal sealed class CoreAccount(RunQueue queue, Timeline timeline)
{
    private TraceHash _trace = new();

    /// <summary>What ended quanta used.</summary>
    public CoreUse Ended { get; private set; }

    /// <summary>The hash of all steps that ended.</summary>
    public ulong TraceHash => _trace.Value;

    /// <summary>What is used with one quantum more.</summary>
    public static CoreUse Plus(in CoreUse use, in QuantumUse quantum) =>
        new(use.BusyNs + quantum.HeldNs, use.BusBytes + quantum.Work.BusBytes, use.NvmNs + quantum.Work.NvmNs);

    /// <summary>Takes a step that ended into the trace.</summary>
    public void Trace(SchedulableId id, long startNs, long endNs, in QuantumOutcome outcome) => _trace.Add(id, startNs, endNs, outcome);

    /// <summary>A quantum ended, or a part of it.</summary>
    public void Charge(Schedulable schedulable, in QuantumUse used)
    {
        Ended = Plus(Ended, used);
        queue.Charge(schedulable, used, timeline.NowNs);
    }

    /// <summary>A quantum comes to nothing; what it used until now was used, and is charged to nobody.</summary>
    public void Forfeit(Schedulable schedulable, in QuantumUse used)
    {
        Ended = Plus(Ended, used);
        queue.Book(schedulable, used.Work);
    }

    /// <summary>Somebody leaves for good.</summary>
    public void Depart(Schedulable schedulable, Exception? failure, List<Departure> departures)
    {
        schedulable.IsRetired = true;
        queue.Leave(schedulable, timeline.NowNs);
        schedulable.Worker.Dispose();
        departures.Add(new Departure(schedulable, failure));
    }
}
