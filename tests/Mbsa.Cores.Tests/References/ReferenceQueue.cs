using HdrHistogram;

namespace Mbsa.Cores.Tests.References;

/// <summary>Who comes when, and how long each of its I/Os takes alone, one after the other.</summary>
/// <param name="AtNs">When it comes.</param>
/// <param name="ServicesNs">Its I/Os.</param>
internal readonly record struct Customer(long AtNs, double[] ServicesNs);

/// <summary>
/// Textbook queues, simulated in another way than the laboratory does it: neither knows cores, quanta,
/// flows or a clock of whole nanoseconds. An I/O's latency counts from the end of the customer's I/O before, or from when it came.
/// </summary>
internal static class ReferenceQueue
{
    /// <summary>One server, first come, first served: by Lindley's recursion.</summary>
    public static ReferenceLatency FirstComeFirstServed(IEnumerable<Customer> customers)
    {
        var (latency, freeNs) = (new ReferenceLatency(), 0d);
        foreach (var (atNs, servicesNs) in customers)
        {
            var sinceNs = (double)atNs;
            freeNs = Math.Max(freeNs, atNs);
            foreach (var serviceNs in servicesNs)
            {
                freeNs += serviceNs;
                latency.Add(freeNs - sinceNs);
                sinceNs = freeNs;
            }
        }

        return latency;
    }

    /// <summary>
    /// One server that serves all at once, each at an equal part of its speed.
    /// What everybody who is there all the time has been served so far, V, grows at 1/n: an I/O that begins at V ends when it has come to V
    /// plus its service, whoever comes and goes meanwhile (Kleinrock's attained service).
    /// </summary>
    public static ReferenceLatency ProcessorSharing(IEnumerable<Customer> customers)
    {
        var (latency, served, nowNs) = (new ReferenceLatency(), 0d, 0d);
        var present = new PriorityQueue<(double SinceNs, int Next, double[] ServicesNs), double>();
        foreach (var (atNs, servicesNs) in customers)
        {
            ServeUntil(atNs);
            present.Enqueue((atNs, 1, servicesNs), served + servicesNs[0]);
        }

        ServeUntil(double.PositiveInfinity);
        return latency;

        void ServeUntil(double untilNs)
        {
            while (present.TryPeek(out var first, out var endsAt)
                && nowNs + (endsAt - served) * present.Count is var endNs && endNs <= untilNs)
            {
                present.Dequeue();
                (nowNs, served) = (endNs, endsAt);
                latency.Add(endNs - first.SinceNs);
                if (first.Next < first.ServicesNs.Length)
                {
                    present.Enqueue((endNs, first.Next + 1, first.ServicesNs), endsAt + first.ServicesNs[first.Next]);
                }
            }

            if (untilNs < double.PositiveInfinity)
            {
                served += present.Count > 0 ? (untilNs - nowNs) / present.Count : 0;
                nowNs = untilNs;
            }
        }
    }

    /// <summary>Customers as a Poisson process has them come.</summary>
    /// <param name="seed">Of the generator.</param>
    /// <param name="count">How many.</param>
    /// <param name="meanGapNs">Between two of them.</param>
    /// <param name="services">What the n-th wants.</param>
    public static IEnumerable<Customer> Poisson(int seed, int count, double meanGapNs, Func<int, double[]> services)
    {
        var (random, atNs) = (new Random(seed), 0d);
        for (var i = 0; i < count; i++)
        {
            atNs -= Math.Log(1 - random.NextDouble()) * meanGapNs;
            yield return new Customer((long)atNs, services(i));
        }
    }
}

/// <summary>Latencies of a simulation, kept as the laboratory keeps its own, and their exact sum.</summary>
internal sealed class ReferenceLatency
{
    private double _sumNs;

    public long Count => Histogram.TotalCount;

    public double MeanNs => _sumNs / Count;

    public LongHistogram Histogram { get; } = Mbsa.Vm.Vcpus.LatencyRecorder.Empty();

    public void Add(double latencyNs)
    {
        _sumNs += latencyNs;
        Histogram.RecordValue((long)(latencyNs + 0.5));
    }
}
