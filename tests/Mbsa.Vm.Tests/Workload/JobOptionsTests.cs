using CsCheck;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

public sealed class JobOptionsTests
{
    [Fact]
    public void Without_options_an_inline_workload_is_fio_s_default_and_time_based()
    {
        var expected = new JobSpec { Name = "oltp", Pattern = IoPattern.Read, TimeBased = true };
        Assert.Equal(expected, JobOptions.InlineDefaults("oltp"));
        Assert.Equal(expected, Inline([]));
    }

    [Fact]
    public void Every_supported_option_does_what_fio_says()
    {
        var job = Inline(
            [
                ("rw", "randrw"), ("rwmixread", "70"), ("bs", "4k,8k"), ("size", "50%"),
                ("io_size", "1g"), ("offset", "1m"), ("offset_increment", "10%"),
                ("iodepth", "1"), ("numjobs", "4"), ("runtime", "3"), ("time_based", "0"),
                ("loops", "2"), ("rate", ",10m"), ("rate_iops", "100,200"),
                ("thinktime", "25"), ("thinktime_blocks", "8"), ("startdelay", "500ms"),
                ("random_distribution", "zipf:0.99"), ("randseed", "7"),
                ("verify", "crc32c"), ("description", "a database"),
            ],
            out var warnings);
        Assert.EndsWith("rate_iops=100,200: x 4 clones = 1200 IOPS together", Assert.Single(warnings), StringComparison.Ordinal);
        var expected = new JobSpec
        {
            Name = "oltp",
            Pattern = IoPattern.RandReadWrite,
            ReadPercent = 70,
            ReadBlockBytes = 4096,
            WriteBlockBytes = 8192,
            Size = new Extent(0, 50),
            IoSizeBytes = 1L << 30,
            Offset = new Extent(1 << 20),
            OffsetIncrement = new Extent(0, 10),
            NumJobs = 4,
            RuntimeNs = 3_000_000_000,
            Loops = 2,
            WriteRateBytesPerSecond = 10 << 20,
            ReadRateIops = 100,
            WriteRateIops = 200,
            ThinkTimeNs = 25_000,
            ThinkTimeBlocks = 8,
            StartDelayNs = 500_000_000,
            Distribution = new AccessDistribution(DistributionKind.Zipf, 0.99),
            RandSeed = 7,
            Verify = VerifyMethod.Crc32c,
        };
        Assert.Equal(expected, job);
    }

    [Theory]
    [InlineData("read", IoPattern.Read)]
    [InlineData("write", IoPattern.Write)]
    [InlineData("randread", IoPattern.RandRead)]
    [InlineData("randwrite", IoPattern.RandWrite)]
    [InlineData("rw", IoPattern.ReadWrite)]
    [InlineData("readwrite", IoPattern.ReadWrite)]
    [InlineData("randrw", IoPattern.RandReadWrite)]
    public void All_six_kinds_of_rw_are_known(string value, IoPattern pattern)
    {
        Assert.Equal(pattern, Inline([("rw", value)]).Pattern);
        Assert.Equal(pattern, Inline([("readwrite", value)]).Pattern);
    }

    [Theory]
    [InlineData("rw", "trim", "NVM has no trim")]
    [InlineData("rw", "randtrim", "NVM has no trim")]
    [InlineData("rw", "trimwrite", "NVM has no trim")]
    [InlineData("rw", "randtrimwrite", "NVM has no trim")]
    [InlineData("rw", "randread:0", "from 1 to")]
    [InlineData("rw", "read:100", "multiple of 512")]
    [InlineData("rw_sequencer", "random", "sequential or identical")]
    [InlineData("percentage_random", "101", "from 0 to 100")]
    [InlineData("rw", "sideways", "must be read, write, randread")]
    [InlineData("rwmixread", "101", "from 0 to 100")]
    [InlineData("rwmixwrite", "-1", "must not be negative")]
    [InlineData("bs", "0", "multiple of 512")]
    [InlineData("bs", "1000", "multiple of 512")]
    [InlineData("bs", "128m", "at most 64m")]
    [InlineData("bs", "4k,1000", "multiple of 512")]
    [InlineData("bs", "4k,4k,4k,4k", "one for reads, one for writes and one for trims")]
    [InlineData("bs", "4k,4k,1000", "multiple of 512")]
    [InlineData("bs", ",", "needs a value")]
    [InlineData("bs", "4k-8k", "no unit of size")]
    [InlineData("bs", null, "needs a value")]
    [InlineData("bs", " ", "needs a value")]
    [InlineData("bsrange", "4k", "needs two sizes")]
    [InlineData("bsrange", "1000-8k", "multiple of 512")]
    [InlineData("verify_only", "1", "not supported")]
    [InlineData("size", "150%", "from 1 to 100")]
    [InlineData("io_size", "50%", "give it in bytes")]
    [InlineData("io_size", "0", "more than 0")]
    [InlineData("offset", "100", "multiple of 512")]
    [InlineData("iodepth", "0", "from 1 to 65536")]
    [InlineData("numjobs", "0", "from 1 to 4096")]
    [InlineData("numjobs", "1m", "from 1 to 4096")]
    [InlineData("loops", "0", "from 1 to")]
    [InlineData("runtime", "1.5", "whole number")]
    [InlineData("runtime", "10min", "no unit of time")]
    [InlineData("time_based", "maybe", "must be 0 or 1")]
    [InlineData("rate", "fast", "not a number")]
    [InlineData("rate_iops", "5000000000", "from 0 to")]
    [InlineData("thinktime_blocks", "0", "from 1 to")]
    [InlineData("startdelay", "1-5", "random delay")]
    [InlineData("random_distribution", "zipf:1", "not 1")]
    [InlineData("random_distribution", "zipf:0", "above 0")]
    [InlineData("random_distribution", "zipf:-1", "above 0")]
    [InlineData("random_distribution", "zipf:NaN", "not a number")]
    [InlineData("random_distribution", "zipf:1.2:1.5", "the centre is a part of the region")]
    [InlineData("random_distribution", "pareto:1", "between 0 and 1")]
    [InlineData("random_distribution", "gauss:5", "random, zipf:THETA, pareto:H")]
    [InlineData("random_distribution", "normal:100", "from 0 up to, but not, 100")]
    [InlineData("random_distribution", "zoned:50/5:40/95", "add up to 90 %")]
    [InlineData("random_distribution", "zoned:50/50:50/60", "at most 100")]
    [InlineData("random_distribution", "zoned:/10:30/", "a zone is a part of the I/Os and a length")]
    [InlineData("random_distribution", "zoned_abs:50/64k:50/", "a zone is a part of the I/Os and a length")]
    [InlineData("random_distribution", "zoned:50/5:50/95,50/50:50/50", "one list of zones")]
    [InlineData("randseed", "-5", "must not be negative")]
    [InlineData("verify", "md6", "0, null, meta, crc32c")]
    [InlineData("file_service_type", "zipf:1.2", "roundrobin, sequential or random")]
    [InlineData("nrfiles", "0", "from 1 to")]
    [InlineData("cpu", "0%", "from 1 to 100")]
    [InlineData("cpu", "150%", "from 1 to 100")]
    [InlineData("iodepth", "65537", "from 1 to 65536")]
    [InlineData("ioengine", "rados-block", "there are psync, sync")]
    [InlineData("ioengine", "iouring", "did you mean io_uring?")]
    [InlineData("ioengine", "psyc", "did you mean psync?")]
    [InlineData("ioengine", "libaoi", "did you mean libaio?")]
    [InlineData("ioengine", null, "needs a value")]
    [InlineData("wait_for_previous", "x", "must be 0 or 1")]
    [InlineData("ramp_time", "soon", "not a number")]
    [InlineData("bssplit", "4k/50:8k/60", "add up to 110 %")]
    [InlineData("bssplit", "4k/50:8k/40", "add up to 90 %")]
    [InlineData("bssplit", "4k/50:1000/50", "multiple of 512")]
    [InlineData("zonemode", "zbd", "NVM has no zones")]
    [InlineData("exec_prerun", "rm", "never runs commands")]
    [InlineData("rwmixraed", "70", "did you mean rwmixread?")]
    [InlineData("runtme", "70", "did you mean runtime?")]
    [InlineData("BS", "4k", "did you mean bs?")]
    [InlineData("something_else_entirely", "1", "docs/FIO.md")]
    [InlineData("kb_base", "1000", "sizes in a scenario are binary")]
    public void What_is_wrong_is_said_with_its_place(string key, string? value, string why)
    {
        var mistake = Assert.Throws<InputException>(() => JobOptions.Inline("vm", [new JobOption(key, value, "s.yaml", 12)], _ => { }));
        Assert.StartsWith($"s.yaml:12: {key}", mistake.Describe(), StringComparison.Ordinal);
        Assert.Contains(why, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mistake.Message);
    }

    [Theory]
    [InlineData("direct", "1", "page cache")]
    [InlineData("iodepth", "32", "synchronous engine")]
    [InlineData("stats", "1", "own report")]
    [InlineData("write_bw_log", "bw", "own report")]
    [InlineData("softrandommap", null, "no map in memory")]
    [InlineData("randrepeat", "0", "seeds")]
    [InlineData("continue_on_error", "verify", "does not fail")]
    [InlineData("verify_pattern", "0xff", "Mbsa's own")]
    [InlineData("verify_backlog", "1024", "nothing is read for that in between")]
    [InlineData("thinktime_blocks_type", "issue", "when they are submitted")]
    [InlineData("directory", "/mnt", "always there")]
    [InlineData("thread", null, "threads")]
    [InlineData("exitall_on_error", null, "does not fail")]
    [InlineData("fsync", "1", "persistent")]
    [InlineData("do_verify", "0", "whenever they are read")]
    [InlineData("verify_fatal", "1", "always an error")]
    [InlineData("hipri", null, "its end is seen as soon as there is one")]
    [InlineData("sqthread_poll", "1", "I/O is submitted one by one")]
    [InlineData("userspace_reap", null, "its end is seen as soon as there is one")]
    [InlineData("fixedbufs", null, "buffers and their content are Mbsa's own")]
    [InlineData("registerfiles", null, "always there")]
    [InlineData("uncached", "1", "no page cache lies between a VM and its NVM")]
    [InlineData("cmdprio_percentage", "10", "the scenario's QoS policy says who runs where and when")]
    public void What_is_harmless_is_ignored_with_one_line_that_says_why(string key, string? value, string why)
    {
        var warnings = new List<string>();
        var job = JobOptions.Inline("oltp", [new JobOption(key, value, "s.yaml", 3)], warnings.Add);
        var warning = Assert.Single(warnings);
        Assert.StartsWith($"s.yaml:3: {key}", warning, StringComparison.Ordinal);
        Assert.Contains(why, warning, StringComparison.Ordinal);
        Assert.Equal(JobOptions.InlineDefaults("oltp"), job with { IoDepth = 1 });
    }

    [Theory]
    [InlineData("sync", IoEngine.Synchronous)]
    [InlineData("psync", IoEngine.Synchronous)]
    [InlineData("pvsync", IoEngine.Synchronous)]
    [InlineData("pvsync2", IoEngine.Synchronous)]
    [InlineData("mmap", IoEngine.Synchronous)]
    [InlineData("dev-dax", IoEngine.Synchronous)]
    [InlineData("libpmem", IoEngine.Synchronous)]
    [InlineData("libaio", IoEngine.Asynchronous)]
    [InlineData("io_uring", IoEngine.Asynchronous)]
    [InlineData("posixaio", IoEngine.Asynchronous)]
    public void An_engine_waits_for_each_io_or_does_not(string name, IoEngine engine)
    {
        Assert.Equal(engine, Inline([("ioengine", name)], out var warnings).Engine);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("libaio", 32, 0)]
    [InlineData("psync", 32, 1)]
    [InlineData("psync", 1, 0)]
    public void Only_an_asynchronous_engine_has_a_depth_whatever_the_order_of_the_options(string engine, int depth, int warnings)
    {
        (string, string?)[] options = [("ioengine", engine), ("iodepth", $"{depth}")];
        foreach (var order in new[] { options, [.. options.Reverse()] })
        {
            Assert.Equal(depth, Inline(order, out var said).IoDepth);
            Assert.Equal(warnings, said.Count);
        }
    }

    [Theory]
    [InlineData("bs", "8k", 8192, 8192)]
    [InlineData("bs", "8k,", 8192, 4096)]
    [InlineData("bs", ",8k", 4096, 8192)]
    [InlineData("blocksize", "8k,16k", 8192, 16384)]
    public void A_pair_is_for_reads_and_for_writes(string key, string value, int read, int write)
    {
        var job = Inline([(key, value)]);
        Assert.Equal((read, write), (job.ReadBlockBytes, job.WriteBlockBytes));
    }

    [Theory]
    [InlineData("random", DistributionKind.Uniform, 0)]
    [InlineData("zipf", DistributionKind.Zipf, 1.1)]
    [InlineData("zipf:1.2", DistributionKind.Zipf, 1.2)]
    [InlineData("pareto", DistributionKind.Pareto, 0.2)]
    [InlineData("pareto:0.9", DistributionKind.Pareto, 0.9)]
    public void Distributions_have_fio_s_defaults(string value, DistributionKind kind, double parameter) =>
        Assert.Equal(new AccessDistribution(kind, parameter), Inline([("random_distribution", value)]).Distribution);

    [Theory]
    [InlineData(true)]
    [InlineData(true, "runtime=3")]
    [InlineData(false, "io_size=1g")]
    [InlineData(false, "loops=2")]
    [InlineData(false, "time_based=0")]
    [InlineData(false, "time_based=false")]
    [InlineData(true, "time_based=1", "io_size=1g")]
    [InlineData(true, "io_size=1g", "time_based")]
    public void An_inline_workload_is_time_based_unless_an_end_is_asked_for(bool isTimeBased, params string[] options) =>
        Assert.Equal(isTimeBased, Inline([.. options.Select(Split)]).TimeBased);

    [Fact]
    public void A_share_of_a_processor_makes_a_compute_job()
    {
        var job = Inline([("cpu", "80%"), ("numjobs", "2")]);
        Assert.Equal((IoPattern.Compute, 80, 2, true), (job.Pattern, job.CpuPercent, job.NumJobs, job.TimeBased));
    }

    [Fact]
    public void A_compute_job_has_no_io_options() =>
        Assert.Contains("does not go with cpu",
            Assert.Throws<InputException>(() => Inline([("cpu", "80%"), ("bs", "4k")])).Message, StringComparison.Ordinal);

    [Fact]
    public void Rates_of_0_are_no_limit()
    {
        var job = Inline([("rate", "1m"), ("rate_iops", "0,5")]);
        Assert.Equal((1048576.0, 1048576.0, null, 5.0),
            (job.ReadRateBytesPerSecond, job.WriteRateBytesPerSecond, job.ReadRateIops, job.WriteRateIops));
        Assert.Null(Inline([("rate", "1m"), ("rate", "0,")]).ReadRateBytesPerSecond);
    }

    [Fact]
    public void The_last_of_rwmixread_and_rwmixwrite_counts() =>
        Assert.Equal(80, Inline([("rwmixread", "30"), ("rwmixwrite", "20")]).ReadPercent);

    [Theory]
    [InlineData("write", "4k,512", false)]
    [InlineData("read", "4k,512", true)]
    [InlineData("randrw", "512,4k", false)]
    public void With_verify_the_blocks_a_job_uses_are_whole(string rw, string bs, bool isRight)
    {
        (string, string?)[] options = [("verify", "meta"), ("rw", rw), ("bs", bs)];
        var mistake = Record.Exception(() => Inline(options));
        Assert.Equal(isRight, mistake is null);
        Assert.True(isRight || mistake is InputException { Message: var message }
            && message.Contains("multiple of 4096", StringComparison.Ordinal));
    }

    [Fact]
    public void No_value_of_any_option_throws_anything_but_an_input_exception() =>
        Gen.Select(
            Gen.Int[0, JobOptions.Names.Count - 1].Select(i => JobOptions.Names.ElementAt(i)),
            Gen.OneOf(Gen.String, Gen.String["0123456789kmgib,%:.-x"], Gen.Bool.Select(_ => (string)null!))).Sample((key, value) =>
        {
            try
            {
                Inline([(key, value)]);
            }
            catch (InputException mistake)
            {
                Assert.DoesNotContain('\n', mistake.Describe());
            }
        });

    private static (string, string?) Split(string option) => option.Split('=') is [var key, var value] ? (key, value) : (option, null);

    private static JobSpec Inline((string Key, string? Value)[] options) => Inline(options, out _);

    private static JobSpec Inline((string Key, string? Value)[] options, out List<string> warnings)
    {
        var lines = warnings = [];
        return JobOptions.Inline("oltp", options.Select(option => new JobOption(option.Key, option.Value)), lines.Add);
    }
}
