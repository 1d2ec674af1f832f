using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;

namespace Mbsa.Vm.Vcpus;

/// <summary>
/// How long each I/O of a quantum took: it ends where the quantum's progress passes its work.
/// While the speed stays what it is, all I/Os of one kind take the same time and are counted together;
/// those are apart during which it changed, and the first, which carries the time its VCPU waited for a core.
/// </summary>
/// <param name="latency">Where it records.</param>
internal sealed class QuantumLatency(LatencyRecorder latency)
{
    private readonly long[] _alike = new long[4];

    /// <summary>Records the I/Os of a quantum.</summary>
    /// <param name="done">Them.</param>
    /// <param name="times">How long they take alone.</param>
    /// <param name="walk">How the quantum went along, by time alone.</param>
    /// <param name="fromNs">Where in the quantum the first of them begins, by time alone.</param>
    /// <param name="waitedNs">How long the first had waited by then.</param>
    public void Record(OperationTally done, OperationTimes times, ref PassageWalk walk, double fromNs, long waitedNs)
    {
        if (!done.AloneNsInOrder.IsEmpty)
        {
            RecordEach(done, ref walk, fromNs, waitedNs);
            return;
        }

        var order = done.Order;
        var aloneNs = times.AloneNsByKind;
        var atNs = fromNs;
        for (var i = 0; i < order.Length; i++)
        {
            var (kind, beganNs) = (order[i], atNs);
            atNs += aloneNs[kind];
            if (atNs <= walk.Until && (i > 0 || waitedNs == 0))
            {
                _alike[kind]++;
                continue;
            }

            Flush(aloneNs, walk.NsPerUnit);
            var tookNs = -walk.GoTo(beganNs);
            tookNs += walk.GoTo(atNs);
            latency.Record(IsWrite(kind), Whole(tookNs) + (i == 0 ? waitedNs : 0));
        }

        Flush(aloneNs, walk.NsPerUnit);
    }

    /// <summary>Records the I/Os of a quantum whose speed never changed, by their kinds.</summary>
    /// <param name="done">Them.</param>
    /// <param name="times">How long they take alone.</param>
    /// <param name="stretch">How many times as long they took.</param>
    /// <param name="waitedNs">How long the first had waited before.</param>
    public void RecordEven(OperationTally done, OperationTimes times, double stretch, long waitedNs)
    {
        var each = done.AloneNsInOrder;
        for (var i = 0; i < each.Length; i++)
        {
            latency.Record(IsWrite(done.Order[i]), Whole(each[i] * stretch) + (i == 0 ? waitedNs : 0));
        }

        if (!each.IsEmpty)
        {
            return;
        }

        var firstKind = waitedNs > 0 && done.Order.Length > 0 ? done.Order[0] : -1;
        var aloneNs = times.AloneNsByKind;
        for (var kind = 0; kind < aloneNs.Length; kind++)
        {
            var count = done[kind];
            var latencyNs = Whole(aloneNs[kind] * stretch);
            if (kind == firstKind)
            {
                latency.Record(IsWrite(kind), latencyNs + waitedNs);
                count--;
            }

            if (count > 0)
            {
                latency.Record(IsWrite(kind), latencyNs, count);
            }
        }
    }

    private void RecordEach(OperationTally done, ref PassageWalk walk, double fromNs, long waitedNs)
    {
        var order = done.Order;
        var each = done.AloneNsInOrder;
        var atNs = fromNs;
        for (var i = 0; i < each.Length; i++)
        {
            var beganNs = atNs;
            atNs += each[i];
            var tookNs = -walk.GoTo(beganNs);
            tookNs += walk.GoTo(atNs);
            latency.Record(IsWrite(order[i]), Whole(tookNs) + (i == 0 ? waitedNs : 0));
        }
    }

    private void Flush(ReadOnlySpan<double> aloneNs, double stretch)
    {
        for (var kind = 0; kind < _alike.Length; kind++)
        {
            if (_alike[kind] > 0)
            {
                latency.Record(IsWrite(kind), Whole(aloneNs[kind] * stretch), _alike[kind]);
                _alike[kind] = 0;
            }
        }
    }

    private static bool IsWrite(int kind) => (kind & 2) != 0;

    private static long Whole(double ns) => (long)(ns + 0.5);
}
