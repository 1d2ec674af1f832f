using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Vm.Jobs;

namespace Mbsa.Host.Report.Fio;

/// <summary>One direction of a job in fio's report. fio's arithmetic: rates of bytes in whole numbers, KiB where it says nothing.</summary>
internal static class FioDirection
{
    private static readonly double[] _percentiles = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99];

    /// <summary>A direction.</summary>
    /// <param name="operations">Its I/Os.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="activeNs">For how long, in nanoseconds.</param>
    /// <param name="facts">What is known of them beyond that.</param>
    /// <param name="groupBytesPerSecond">Bandwidth of the job's whole group in this direction.</param>
    /// <param name="hasBins">Whether every bucket is named.</param>
    public static JsonObject Of(
        long operations, long bytes, long activeNs, DirectionFacts facts, double groupBytesPerSecond, bool hasBins)
    {
        var spentNs = operations == 0 ? 0 : activeNs;
        var bytesPerSecond = (long)PerSecond(bytes, spentNs);
        var json = new JsonObject
        {
            ["io_bytes"] = bytes,
            ["io_kbytes"] = bytes >> 10,
            ["bw_bytes"] = bytesPerSecond,
            ["bw"] = bytesPerSecond >> 10,
            ["iops"] = PerSecond(operations, spentNs),
            ["runtime"] = Milliseconds(spentNs),
            ["total_ios"] = operations,
            ["short_ios"] = 0L,
            ["drop_ios"] = 0L,
            ["slat_ns"] = Latency(facts.Submission),
            ["clat_ns"] = Completion(facts, hasBins),
            ["lat_ns"] = Latency(facts.Total),
        };
        var (bandwidth, rate) = (facts.Bandwidth, facts.Rate);
        json["bw_min"] = bandwidth.Min;
        json["bw_max"] = bandwidth.Max;
        json["bw_agg"] = bandwidth.Count == 0 ? 0d
            : groupBytesPerSecond <= 1024 ? 100d : Math.Min(100, (long)bandwidth.Mean * 100 / (groupBytesPerSecond / 1024));
        json["bw_mean"] = bandwidth.Mean;
        json["bw_dev"] = bandwidth.Deviation;
        json["bw_samples"] = bandwidth.Count;
        json["iops_min"] = rate.Min;
        json["iops_max"] = rate.Max;
        json["iops_mean"] = rate.Mean;
        json["iops_stddev"] = rate.Deviation;
        json["iops_samples"] = rate.Count;
        return json;
    }

    /// <summary>A direction in which Mbsa never does anything.</summary>
    public static JsonObject Nothing() => Of(0, 0, 0, new DirectionFacts(), 0, hasBins: false);

    /// <summary>Bounds and moments of latencies.</summary>
    public static JsonObject Latency(Moments moments) => new()
    {
        ["min"] = moments.Min,
        ["max"] = moments.Max,
        ["mean"] = moments.Mean,
        ["stddev"] = moments.Deviation,
        ["N"] = moments.Count,
    };

    /// <summary>Whole milliseconds; what took some time took one.</summary>
    public static long Milliseconds(long ns) => ns == 0 ? 0 : Math.Max(1, (ns + 500_000) / 1_000_000);

    private static JsonObject Completion(DirectionFacts facts, bool hasBins)
    {
        var json = Latency(facts.Completion);
        if (facts.Completion.Count == 0)
        {
            return json;
        }

        json["percentile"] = Percentiles(facts);
        if (hasBins)
        {
            json["bins"] = new JsonObject(facts.Bins.Select(bin => KeyValuePair.Create<string, JsonNode?>(
                FioBuckets.ValueOf(bin.Bucket).ToString(CultureInfo.InvariantCulture), bin.Count)));
        }

        return json;
    }

    private static JsonObject Percentiles(DirectionFacts facts)
    {
        var (json, below, at) = (new JsonObject(), 0L, -1);
        foreach (var percentile in _percentiles)
        {
            while (at < 0 || below < percentile / 100 * facts.Completion.Count)
            {
                below += facts.Bins[++at].Count;
            }

            json[FioJson.Fixed(percentile)] = FioBuckets.ValueOf(facts.Bins[at].Bucket);
        }

        return json;
    }

    private static double PerSecond(long count, long ns) => ns == 0 ? 0 : count * 1e9 / ns;
}
