using System.Text;
using System.Text.Json;

namespace Mbsa.Host.Tests.Fio;

/// <summary>The report as fio writes it, in the forms json and json+.</summary>
public sealed class FioReportTests
{
    private const string Jobs =
        "[global]\nioengine=libaio\nsize=4m\ntime_based\nruntime=1\n[one]\nrw=randread\n"
        + "[mixed]\nrw=randrw\nrwmixread=70\niodepth=8\nbs=4k,8k\nnumjobs=2\n"
        + "[grp]\nstonewall\ngroup_reporting\nrw=randwrite\nnumjobs=2\nbs=8k\n";

    [SkippableTheory]
    [InlineData("json", "memory-bus")]
    [InlineData("json", "virtio-mq")]
    [InlineData("json+", "memory-bus")]
    [InlineData("json+", "virtio-mq")]
    public async Task Its_keys_are_those_of_fio_in_their_order_and_with_their_types(string format, string path)
    {
        using var ours = await ReportAsync(Jobs, format, path);
        using var real = await RealAsync(Jobs, format);

        // A synchronous engine has no slat in either; here the memory bus has none with any engine, and both still name its keys.
        Assert.Equal(Tree(real.RootElement), Tree(ours.RootElement));
        foreach (var job in ours.RootElement.GetProperty("jobs").EnumerateArray())
        {
            var options = job.GetProperty("job options");
            Assert.All(options.EnumerateObject(), option => Assert.Equal(JsonValueKind.String, option.Value.ValueKind));
            Assert.All((string[])["rw", "bs", "iodepth", "numjobs"], name => Assert.True(options.TryGetProperty(name, out _)));
        }
    }

    [SkippableFact]
    public async Task Fios_own_program_reads_every_bucket()
    {
        ExternalProgram.Require("fio_jsonplus_clat2csv", "fio");
        using var report = await ReportAsync(Jobs, "json+", "virtio-mq");
        var folder = Directory.CreateTempSubdirectory("fio-csv");
        try
        {
            var (json, csv) = (Path.Combine(folder.FullName, "a.json"), Path.Combine(folder.FullName, "a.csv"));
            await File.WriteAllTextAsync(json, report.RootElement.GetRawText());
            foreach (var arguments in new string[][] { [json, csv], [json, csv, "--validate"] })
            {
                var (exitCode, output) = await ExternalProgram.RunAsync("fio_jsonplus_clat2csv", null, arguments);
                Assert.True(exitCode == 0 && !output.Contains("mismatch", StringComparison.Ordinal), output);
            }

            Assert.Equal(4, folder.GetFiles("a_job*.csv").Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("memory-bus")]
    [InlineData("vhost-bio")]
    [InlineData("virtio-mq")]
    public async Task What_it_says_adds_up(string path)
    {
        using var report = await ReportAsync(Jobs, "json+", path);
        var jobs = report.RootElement.GetProperty("jobs").EnumerateArray().ToList();
        Assert.Equal(["one", "mixed", "mixed", "grp"], jobs.Select(job => job.GetProperty("jobname").GetString()));
        Assert.Equal([0, 0, 0, 1], jobs.Select(job => job.GetProperty("groupid").GetInt32()));
        foreach (var job in jobs)
        {
            foreach (var direction in (string[])["read", "write"])
            {
                AddsUp(job.GetProperty(direction));
            }

            Assert.Equal(100, job.GetProperty("iodepth_level").EnumerateObject().Sum(level => level.Value.GetDouble()), 0.5);
            Assert.Equal(100, job.GetProperty("iodepth_complete").EnumerateObject().Sum(level => level.Value.GetDouble()), 0.5);
            var latencies = (string[])["latency_ns", "latency_us", "latency_ms"];
            Assert.Equal(100, latencies.Sum(unit => job.GetProperty(unit).EnumerateObject().Sum(part => part.Value.GetDouble())), 0.2);
            Assert.InRange(job.GetProperty("usr_cpu").GetDouble() + job.GetProperty("sys_cpu").GetDouble(), 1, 100.01);
        }

        Assert.Equal(2000, jobs[3].GetProperty("job_runtime").GetInt64());
        Assert.Equal(1000, jobs[3].GetProperty("write").GetProperty("runtime").GetInt64());
    }

    [Fact]
    public async Task A_queue_shows_in_depths_and_submission()
    {
        using var report = await ReportAsync(Jobs, "json", "virtio-mq");
        var mixed = report.RootElement.GetProperty("jobs")[1];
        Assert.InRange(mixed.GetProperty("iodepth_level").GetProperty("8").GetDouble(), 12, 100);
        Assert.Equal(0, mixed.GetProperty("iodepth_level").GetProperty("16").GetDouble());
        Assert.True(mixed.GetProperty("iodepth_complete").GetProperty("8").GetDouble() > 0);
        Assert.True(Latency(mixed, "read", "slat_ns").GetProperty("N").GetInt64() > 0);
        Assert.Equal(0, mixed.GetProperty("usr_cpu").GetDouble());
        Assert.True(mixed.GetProperty("sys_cpu").GetDouble() > 0);
    }

    [Fact]
    public async Task The_same_run_gives_the_same_bytes_and_is_the_same_as_without_it()
    {
        var (first, hash) = await BytesAsync(Jobs);
        var (second, _) = await BytesAsync(Jobs);
        using var without = await FioRun.ReportAsync(Jobs, "3s", vcpus: 5);
        Assert.Equal(first, second);
        Assert.Equal(without.RootElement.GetProperty("trace_hash").GetString(), hash);
        Assert.Contains("\"time\" : \"Thu Jan  1 00:00:00 1970\"", first, StringComparison.Ordinal);
        Assert.Contains("\"fio version\" : \"fio-3.33-mbsa\"", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_computes_is_one_without_io()
    {
        using var report = await ReportAsync("[burn]\nioengine=cpuio\ncpuload=50\ntime_based\nruntime=1\n", "json", "memory-bus");
        var job = Assert.Single(report.RootElement.GetProperty("jobs").EnumerateArray());
        Assert.Equal(0, job.GetProperty("read").GetProperty("total_ios").GetInt64());
        Assert.Equal(50, job.GetProperty("usr_cpu").GetDouble(), 1d);
        Assert.Equal(0, job.GetProperty("iodepth_level").GetProperty("1").GetDouble());
    }

    [Fact]
    public async Task Ramp_time_is_in_nothing_of_it()
    {
        using var report = await ReportAsync(
            "[a]\nsize=4m\nrate_iops=1000\ntime_based\nruntime=1\nramp_time=500ms\n", "json+", "memory-bus");
        var read = report.RootElement.GetProperty("jobs")[0].GetProperty("read");
        AddsUp(read);
        Assert.InRange(read.GetProperty("total_ios").GetInt64(), 999, 1001);
        Assert.InRange(read.GetProperty("iops").GetDouble(), 998, 1002);
        Assert.Equal(2, read.GetProperty("iops_samples").GetInt64(), 1d);
        Assert.InRange(read.GetProperty("iops_mean").GetDouble(), 998, 1002);
    }

    [Fact]
    public async Task A_sampled_latency_counts_once_under_the_wall_clock()
    {
        const string jobFile = "[a]\nrw=randread\nsize=4m\ntime_based\nruntime=300ms\n";
        using var report = await ReportAsync(jobFile, "json+", "memory-bus", clock: "wall");
        var read = report.RootElement.GetProperty("jobs")[0].GetProperty("read");
        var timed = Latency(report.RootElement.GetProperty("jobs")[0], "read", "clat_ns");
        Assert.InRange(timed.GetProperty("N").GetInt64(), 1, read.GetProperty("total_ios").GetInt64() / 32);
        Assert.Equal(timed.GetProperty("N").GetInt64(), timed.GetProperty("bins").EnumerateObject().Sum(bin => bin.Value.GetInt64()));
        Assert.True(report.RootElement.GetProperty("timestamp").GetInt64() > 1_600_000_000);
    }

    private static void AddsUp(JsonElement direction)
    {
        var ios = direction.GetProperty("total_ios").GetInt64();
        var total = direction.GetProperty("lat_ns");
        var completion = direction.GetProperty("clat_ns");
        Assert.Equal(ios, total.GetProperty("N").GetInt64());
        Assert.Equal(ios, completion.GetProperty("N").GetInt64());
        if (ios == 0)
        {
            Assert.False(completion.TryGetProperty("bins", out _));
            return;
        }

        Assert.Equal(ios, completion.GetProperty("bins").EnumerateObject().Sum(bin => bin.Value.GetInt64()));
        Assert.Equal(total.GetProperty("mean").GetDouble(),
            completion.GetProperty("mean").GetDouble() + direction.GetProperty("slat_ns").GetProperty("mean").GetDouble(), 0.001);
        var percentiles = completion.GetProperty("percentile").EnumerateObject().Select(p => p.Value.GetInt64()).ToList();
        Assert.Equal(percentiles.Order(), percentiles);
        Assert.InRange(percentiles[^1], completion.GetProperty("min").GetInt64() * 0.99, completion.GetProperty("max").GetInt64() * 1.01);
        var seconds = direction.GetProperty("runtime").GetInt64() / 1e3;
        Assert.Equal(ios / seconds, direction.GetProperty("iops").GetDouble(), ios / seconds * 0.001);
        Assert.Equal(direction.GetProperty("io_bytes").GetInt64() / seconds, direction.GetProperty("bw_bytes").GetDouble(),
            direction.GetProperty("io_bytes").GetInt64() / seconds * 0.001);
        Assert.InRange(direction.GetProperty("bw_mean").GetDouble(), direction.GetProperty("bw").GetInt64() * 0.8,
            direction.GetProperty("bw").GetInt64() * 1.2);
    }

    private static JsonElement Latency(JsonElement job, string direction, string latency) =>
        job.GetProperty(direction).GetProperty(latency);

    private static async Task<JsonDocument> ReportAsync(string jobFile, string format, string path, string clock = "virtual") =>
        JsonDocument.Parse(await FioRun.TextAsync(jobFile, "3s", "0s", 5, path, clock, $"--output-format={format}"));

    private static async Task<(string Text, string? Hash)> BytesAsync(string jobFile)
    {
        var file = Path.GetTempFileName();
        try
        {
            var text = await FioRun.TextAsync(jobFile, "3s", "0s", 5, "memory-bus", "virtual", "--output-format=json+", "--json", file);
            using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            return (text, report.RootElement.GetProperty("trace_hash").GetString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<JsonDocument> RealAsync(string jobFile, string format)
    {
        var text = await FioRun.RealTextAsync(jobFile, format);
        return JsonDocument.Parse(text);
    }

    /// <summary>Each key with its path and its type, but for those that a run makes up: buckets, and options as they were given.</summary>
    private static string Tree(JsonElement root)
    {
        var text = new StringBuilder();
        Append("", root);
        return text.ToString();

        void Append(string path, JsonElement element)
        {
            text.Append(path).Append(' ').Append(element.ValueKind == JsonValueKind.Number && element.GetRawText().Contains('.')
                ? "fraction" : element.ValueKind.ToString()).Append('\n');
            if (path.EndsWith("options", StringComparison.Ordinal) || path.EndsWith("bins", StringComparison.Ordinal))
            {
                return;
            }

            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        Append($"{path}/{property.Name}", property.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var (i, item) in element.EnumerateArray().Index())
                    {
                        Append($"{path}/{i}", item);
                    }

                    break;
            }
        }
    }
}
