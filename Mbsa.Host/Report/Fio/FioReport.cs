using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Report.Fio;

/// <summary>The report of a run as fio 3.33 writes it, key for key. docs/FIO.md says of each key what it is here.</summary>
internal static class FioReport
{
    /// <summary>What a program finds that asks which fio wrote the file: like 3.33, and not it.</summary>
    private const string Version = "fio-3.33-mbsa";

    private static readonly string[] _levels = ["1", "2", "4", "8", "16", "32", ">=64"];
    private static readonly string[] _batches = ["0", "4", "8", "16", "32", "64", ">=64"];
    private static readonly string[] _below1000 = ["2", "4", "10", "20", "50", "100", "250", "500", "750", "1000"];

    /// <summary>The report's bytes.</summary>
    /// <param name="result">What was measured.</param>
    /// <param name="format">Which of the two forms.</param>
    /// <param name="now">The time, which a run under the virtual clock has nothing to do with.</param>
    public static byte[] Serialize(RunResult result, FioFormat format, DateTimeOffset now)
    {
        var (scenario, jobs) = (result.Scenario, FioJob.Of(result));
        var at = scenario.Clock == ClockKind.Virtual ? DateTimeOffset.UnixEpoch : now;
        var elapsedSeconds = (scenario.WarmupNs + result.MeasuredNs + 999_999_999) / 1_000_000_000;
        var hasNames = scenario.Vms.Length > 1;
        return FioJson.Of(new JsonObject
        {
            ["fio version"] = Version,
            ["timestamp"] = at.ToUnixTimeSeconds(),
            ["timestamp_ms"] = at.ToUnixTimeMilliseconds(),
            ["time"] = TimeOf(at),
            ["global options"] = new JsonObject(),
            ["jobs"] = new JsonArray([.. jobs.Select(job => Job(job, jobs, elapsedSeconds, hasNames, format == FioFormat.JsonPlus))]),
        });
    }

    private static string TimeOf(DateTimeOffset at) => at.ToString("ddd MMM ", CultureInfo.InvariantCulture)
        + at.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2)
        + at.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture);

    private static JsonObject Job(FioJob job, IReadOnlyList<FioJob> all, long elapsedSeconds, bool hasName, bool hasBins)
    {
        var (counts, facts) = (job.Counts, job.Facts);
        var group = all.Where(other => other.Group == job.Group).ToList();
        var groupNs = Math.Max(1, group.Max(other => other.ActiveNs));
        var json = new JsonObject
        {
            ["jobname"] = job.Spec.Name,
            ["groupid"] = (long)job.Group,
            ["error"] = (long)job.Error,
            ["eta"] = 0L,
            ["elapsed"] = elapsedSeconds,
        };
        if (hasName)
        {
            json["hostname"] = job.Vm.Spec.Name;
        }

        json["job options"] = FioOptions.Of(job.Spec);
        var groupReads = group.Sum(each => each.Counts.ReadBytes) * 1e9 / groupNs;
        var groupWrites = group.Sum(each => each.Counts.WriteBytes) * 1e9 / groupNs;
        json["read"] = FioDirection.Of(counts.Reads, counts.ReadBytes, job.ActiveNs, facts.Read, groupReads, hasBins);
        json["write"] = FioDirection.Of(counts.Writes, counts.WriteBytes, job.ActiveNs, facts.Write, groupWrites, hasBins);
        json["trim"] = FioDirection.Nothing();
        json["sync"] = new JsonObject { ["total_ios"] = 0L, ["lat_ns"] = FioDirection.Latency(default) };
        AddUse(json, job);
        AddDistributions(json, job);
        json["latency_depth"] = (long)job.Spec.IoDepth;
        json["latency_target"] = 0L;
        json["latency_percentile"] = 100d;
        json["latency_window"] = 0L;
        return json;
    }

    private static void AddUse(JsonObject json, FioJob job)
    {
        double Percent(long ns) => job.SummedNs == 0 ? 0 : 100d * ns / job.SummedNs;
        json["job_runtime"] = FioDirection.Milliseconds(job.SummedNs);
        json["usr_cpu"] = Percent(job.Facts.UserNs);
        json["sys_cpu"] = Percent(job.Facts.SystemNs);
        json["ctx"] = 0L;
        json["majf"] = 0L;
        json["minf"] = 0L;
    }

    private static void AddDistributions(JsonObject json, FioJob job)
    {
        var operations = job.Counts.Reads + job.Counts.Writes;
        var (levels, batches) = (job.Facts.Depths, job.Facts.Answers);
        if (!job.IsQueued)
        {
            // Where there is no queue each I/O is alone, and is submitted and comes back alone.
            (levels, batches) = ([operations, 0, 0, 0, 0, 0, 0], [0, operations, 0, 0, 0, 0, 0]);
        }

        json["iodepth_level"] = Distribution(_levels, levels, operations, 0.1);
        json["iodepth_submit"] = Distribution(_batches, [0, operations, 0, 0, 0, 0, 0], operations, 0.1);
        json["iodepth_complete"] = Distribution(_batches, batches, batches.Sum(), 0.1);
        var (latencies, timed) = (job.Facts.Latencies, job.Facts.Latencies.Sum());
        json["latency_ns"] = Distribution(_below1000, latencies[..10], timed, 0.01);
        json["latency_us"] = Distribution(_below1000, latencies[10..20], timed, 0.01);
        json["latency_ms"] = Distribution([.. _below1000, "2000", ">=2000"], latencies[20..], timed, 0.01);
    }

    /// <summary>Percentages of a whole. As in fio one that is not nothing is at least the smallest that it shows.</summary>
    private static JsonObject Distribution(string[] names, ImmutableArray<long> counts, long whole, double smallest) =>
        new(names.Zip(counts, (name, count) => KeyValuePair.Create<string, JsonNode?>(
            name, count == 0 ? 0d : Math.Max(smallest, 100d * count / whole))));
}
