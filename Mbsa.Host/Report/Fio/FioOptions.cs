using System.Globalization;
using System.Text.Json.Nodes;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Report.Fio;

/// <summary>
/// A job's options as fio's report has them: words. They are those that are in force, whether they stood in a job file or inline, sizes in
/// bytes and times in fio's units; what is as fio has it by itself is left out, but for those that programs look for.
/// </summary>
internal static class FioOptions
{
    private static readonly Dictionary<IoPattern, string> _patterns = new()
    {
        [IoPattern.Read] = "read",
        [IoPattern.Write] = "write",
        [IoPattern.RandRead] = "randread",
        [IoPattern.RandWrite] = "randwrite",
        [IoPattern.ReadWrite] = "rw",
        [IoPattern.RandReadWrite] = "randrw",
    };

    /// <summary>The options of a job.</summary>
    public static JsonObject Of(JobSpec job)
    {
        var options = new JsonObject { ["name"] = job.Name };
        if (job.Pattern == IoPattern.Compute)
        {
            options["ioengine"] = "cpuio";
            options["cpuload"] = Text(job.CpuPercent);
        }
        else
        {
            AddTransfer(options, job);
            AddRegion(options, job);
            AddPace(options, job);
        }

        options["numjobs"] = Text(job.NumJobs);
        AddOrder(options, job);
        return options;
    }

    private static void AddTransfer(JsonObject options, JobSpec job)
    {
        options["rw"] = _patterns[job.Pattern];
        Add(options, "rwmixread", Text(job.ReadPercent), job.Pattern is IoPattern.ReadWrite or IoPattern.RandReadWrite);
        options["bs"] = job.ReadBlockBytes == job.WriteBlockBytes
            ? Size(job.ReadBlockBytes)
            : $"{Size(job.ReadBlockBytes)},{Size(job.WriteBlockBytes)}";
        options["ioengine"] = job.Engine == IoEngine.Asynchronous ? "libaio" : "psync";
        options["iodepth"] = Text(job.IoDepth);
        Add(options, "norandommap", "1", job.NoRandomMap);
        Add(options, "random_distribution", Distribution(job.Distribution), job.Distribution.Kind != DistributionKind.Uniform);
    }

    private static void AddRegion(JsonObject options, JobSpec job)
    {
        Add(options, "filename", job.FileName ?? "", job.FileName is not null);
        Add(options, "size", Size(job.Size ?? default), job.Size is not null);
        Add(options, "filesize", Text(job.FileSizeBytes ?? 0), job.FileSizeBytes is not null);
        Add(options, "offset", Size(job.Offset), job.Offset != default);
        Add(options, "offset_increment", Size(job.OffsetIncrement), job.OffsetIncrement != default);
        Add(options, "io_size", Text(job.IoSizeBytes ?? 0), job.IoSizeBytes is not null);
        Add(options, "number_ios", Text(job.NumberIos ?? 0), job.NumberIos is not null);
        Add(options, "loops", Text(job.Loops), job.Loops > 1);
    }

    private static void AddPace(JsonObject options, JobSpec job)
    {
        Add(options, "rate", Pair(job.ReadRateBytesPerSecond, job.WriteRateBytesPerSecond),
            (job.ReadRateBytesPerSecond ?? job.WriteRateBytesPerSecond) is not null);
        Add(options, "rate_iops", Pair(job.ReadRateIops, job.WriteRateIops), (job.ReadRateIops ?? job.WriteRateIops) is not null);
        Add(options, "thinktime", Text(job.ThinkTimeNs / 1000), job.ThinkTimeNs > 0);
        Add(options, "thinktime_blocks", Text(job.ThinkTimeBlocks), job.ThinkTimeNs > 0 && job.ThinkTimeBlocks > 1);
    }

    private static void AddOrder(JsonObject options, JobSpec job)
    {
        Add(options, "time_based", "1", job.TimeBased && job.Pattern != IoPattern.Compute);
        Add(options, "runtime", Seconds(job.RuntimeNs ?? 0), job.RuntimeNs is not null);
        Add(options, "ramp_time", Seconds(job.RampNs), job.RampNs > 0);
        Add(options, "startdelay", Seconds(job.StartDelayNs), job.StartDelayNs > 0);
        Add(options, "stonewall", "1", job.Stonewall);
        Add(options, "wait_for", job.WaitFor ?? "", job.WaitFor is not null);
        Add(options, "new_group", "1", job.NewGroup);
        Add(options, "group_reporting", "1", job.GroupReporting);
    }

    private static void Add(JsonObject options, string name, string value, bool isInForce)
    {
        if (isInForce)
        {
            options[name] = value;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long ns) => ns % 1_000_000_000 == 0 ? Text(ns / 1_000_000_000) : $"{Text(ns / 1000)}us";

    private static string Size(Extent extent) => extent.Percent > 0 ? $"{Text(extent.Percent)}%" : Text(extent.Bytes);

    /// <summary>"4k": programs compare it with what people write.</summary>
    private static string Size(int bytes) => bytes switch
    {
        _ when bytes % (1 << 20) == 0 => $"{Text(bytes >> 20)}m",
        _ when bytes % (1 << 10) == 0 => $"{Text(bytes >> 10)}k",
        _ => Text(bytes),
    };

    private static string Pair(double? reads, double? writes) =>
        reads == writes ? Text((long)(reads ?? 0)) : $"{Text((long)(reads ?? 0))},{Text((long)(writes ?? 0))}";

    private static string Distribution(AccessDistribution distribution) =>
        $"{(distribution.Kind == DistributionKind.Zipf ? "zipf" : "pareto")}:"
        + distribution.Parameter.ToString(CultureInfo.InvariantCulture);
}
