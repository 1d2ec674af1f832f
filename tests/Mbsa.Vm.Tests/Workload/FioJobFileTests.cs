using System.Text;
using CsCheck;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

public sealed class FioJobFileTests : IDisposable
{
    private static readonly string[] _plausible =
    [
        "[a]", "[global]", "[a", "include job.fio", "include x", "rw=randrw",
        "bs=4k,8k", "size=${HOME}", "verify=meta", "ioengine=cpuio", "cpuload=5",
        "stonewall", "direct=1",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fio-job-files");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_database_with_its_log_is_two_jobs_that_share_the_global_section()
    {
        var jobs = FioJobFile.Read(Fixture("database.fio"), _ => { });
        var shared = new JobSpec
        {
            Pattern = IoPattern.Read,
            Engine = IoEngine.Asynchronous,
            Size = new Extent(256 << 20),
            RuntimeNs = 30_000_000_000,
            TimeBased = true,
            JitterPercent = 0,
            GroupReporting = true,
            OwnFiles = true,
        };
        Assert.Equal(
            [
                shared with
                {
                    Name = "oltp",
                    Pattern = IoPattern.RandReadWrite,
                    ReadPercent = 70,
                    ReadBlockBytes = 8192,
                    WriteBlockBytes = 8192,
                    NumJobs = 4,
                    Distribution = new AccessDistribution(DistributionKind.Zipf, 1.2),
                },
                shared with
                {
                    Name = "log",
                    Pattern = IoPattern.Write,
                    ReadRateBytesPerSecond = 8 << 20,
                    WriteRateBytesPerSecond = 8 << 20,
                    ThinkTimeNs = 100_000,
                    ThinkTimeBlocks = 8,
                },
            ],
            jobs);
    }

    [Fact]
    public void What_a_global_section_has_that_is_ignored_is_said_once()
    {
        var warnings = new List<string>();
        FioJobFile.Read(Fixture("database.fio"), warnings.Add);
        Assert.Equal(["direct=1"], warnings.Select(line => line.Split(": ")[1]));
        Assert.StartsWith(Fixture("database.fio") + ":4: ", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_in_a_file_is_found_and_what_is_right_is_read()
    {
        var path = Path.Combine(_folder.FullName, "wrong.fio");
        File.WriteAllText(path, "bs=4k\n[global]\nrw=sideways\nbs=4x\n[a]\nsize=1m\nbogus=1\nrwmixread=70%\ninclude no\n"
            + "[b\n[c]\nrate=1\nrate_iops=1\n");
        var mistakes = new List<InputException>();
        var job = Assert.Single(FioJobFile.Read(path, _ => { }, mistakes.Add));
        Assert.Equal(("a", new Extent(1 << 20)), (job.Name, job.Size));
        Assert.Equal([1, 3, 4, 7, 8, 9, 10, 13], mistakes.Select(mistake => mistake.Line).Order());
        Assert.Contains(mistakes, mistake => mistake.Message.Contains("fio takes this for 100", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rw=randrw\nrate_iops=20k\nnumjobs=4", ": x 4 clones x 2 directions = 163840 IOPS together")]
    [InlineData("rw=randrw\nrate_iops=100", ": x 2 directions = 200 IOPS together")]
    [InlineData("rw=randrw\nrate_iops=100,10\nnumjobs=2", ": x 2 clones = 220 IOPS together")]
    [InlineData("rw=read\nrate_iops=100\nnumjobs=2", ": x 2 clones = 200 IOPS together")]
    [InlineData("rw=randrw\nrate_iops=100,10", null)]
    [InlineData("rw=randrw\nrate_iops=100,100", null)]
    [InlineData("rw=read\nrate_iops=100", null)]
    public void What_a_rate_comes_to_over_clones_and_directions_is_said(string options, string? note)
    {
        Read($"[a]\n{options}\n", out var warnings);
        Assert.Equal(note is not null, warnings.Any(warning => warning.EndsWith(note ?? "together", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_several_jobs_have_that_is_ignored_is_said_once()
    {
        Read("[a]\ndirect=1\n[b]\ndirect=1\n[c]\ndirect=1\n", out var warnings);
        Assert.Contains(":2: direct=1", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_are_turned_off_ask_for_nothing()
    {
        var job = Read(
            "[a]\nzonemode=none\nrate_process=linear\nmax_latency=0\nfill_device=0\nnumber_ios=0\nbsrange=4k-4k\nsize=0\n",
            out var warnings)[0];
        Assert.Equal(new JobSpec { Name = "a", Pattern = IoPattern.Read, JitterPercent = 0 }, job);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Jobs_have_an_order_and_groups()
    {
        var jobs = Read(
            "[a]\nstonewall=0\n[b]\nwait_for_previous\nramp_time=2\n[c]\nnew_group\nwait_for=a\n[d]\nexitall\nexit_what=all\n", out _);
        Assert.Equal([false, true, false, false], jobs.Select(job => job.Stonewall));
        Assert.Equal([0, 1, 2, 2], JobGroups.Of(jobs).Select(job => job.Group));
        Assert.Equal(2_000_000_000, jobs[1].RampNs);
        Assert.Equal("a", jobs[2].WaitFor);
        Assert.True(jobs[3] is { ExitAll: true, ExitWhat: ExitWhat.All });
    }

    [Fact]
    public void Jobs_of_a_file_end_by_themselves()
    {
        var jobs = FioJobFile.Read(Fixture("precondition.fio"), _ => { });
        Assert.Equal(["fill", "spread"], jobs.Select(job => job.Name));
        Assert.Equal([2L << 30, 64L << 20], jobs.Select(job => new OperationSource(job, 1 << 30, 1, 0).TotalBytes!.Value));
        Assert.Equal(new JobRegion(512 << 20, 256 << 20), JobRegion.Of(jobs[1], 1 << 30, 0));
    }

    [Fact]
    public void Includes_and_environment_variables_are_put_in_place()
    {
        var jobs = FioJobFile.Read(Fixture("included.fio"), _ => { }, name => name == "SIZE" ? "32m" : null);
        Assert.Equal([VerifyMethod.Crc32c, VerifyMethod.None], jobs.Select(job => job.Verify));
        Assert.Equal([(16384, 16384), (16384, 4096)], jobs.Select(job => (job.ReadBlockBytes, job.WriteBlockBytes)));
        Assert.All(jobs, job => Assert.Equal(new Extent(32 << 20), job.Size));
    }

    [Fact]
    public void The_cpu_engine_makes_a_compute_job_and_a_later_global_section_holds_below()
    {
        var jobs = FioJobFile.Read(Fixture("hogs.fio"), _ => { });
        var hog = jobs[0];
        Assert.Equal((IoPattern.Compute, 85, 2, 10_000_000_000, true),
            (hog.Pattern, hog.CpuPercent, hog.NumJobs, hog.RuntimeNs, hog.TimeBased));
        Assert.Equal((IoPattern.Read, 8192, new Extent(1_000_000)), (jobs[1].Pattern, jobs[1].ReadBlockBytes, jobs[1].Size!.Value));
    }

    [Fact]
    public void A_later_global_section_adds_to_an_earlier_one()
    {
        var jobs = Read("[global]\nbs=8k\nrw=randread\n[a]\nbs=16k\n[global]\nrw=randrw\nrwmixread=70\n[b]\nrwmixwrite=10\n", out _);
        Assert.Equal([(16384, IoPattern.RandRead, 50), (8192, IoPattern.RandReadWrite, 90)],
            jobs.Select(job => (job.ReadBlockBytes, job.Pattern, job.ReadPercent)));
    }

    [Fact]
    public void A_job_without_options_is_fio_s_default() =>
        Assert.Equal(new JobSpec { Name = "a job", Pattern = IoPattern.Read, JitterPercent = 0 },
            Assert.Single(Read("\uFEFF[a job]\r\n", out _)));

    [Fact]
    public void Comments_end_a_line_anywhere_and_a_bare_key_is_true()
    {
        var jobs = Read("; c\n# c\n  [a] ; c\n  rw=write#c\n\ttime_based\nruntime=5 ;c\n;bs=1k\n", out var warnings);
        Assert.Equal((IoPattern.Write, true, 5_000_000_000, 4096),
            (jobs[0].Pattern, jobs[0].TimeBased, jobs[0].RuntimeNs, jobs[0].ReadBlockBytes));
        Assert.Empty(warnings);
    }

    [Fact]
    public void Kb_base_counts_wherever_it_stands_in_its_section() =>
        Assert.Equal(new Extent(4000), Assert.Single(Read("[a]\nsize=4k\nkb_base=1000\nbs=512\n", out _)).Size);

    [Fact]
    public void A_blank_after_the_equals_sign_is_read_as_it_is_meant_with_a_warning()
    {
        Assert.Equal(16384, Read("[a]\nbs = 16k\nnumjobs = 2\n", out var warnings)[0].ReadBlockBytes);
        Assert.Contains("loses the unit", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_jobs_of_a_name_are_told_apart()
    {
        var jobs = Read("[a]\n[a]\n[a.2]\n[a]\n", out var warnings);
        Assert.Equal(["a", "a.2", "a.2.2", "a.3"], jobs.Select(job => job.Name));
        Assert.Equal(3, warnings.Count);
    }

    [Fact]
    public void Time_based_without_a_runtime_lasts_as_long_as_the_scenario()
    {
        Assert.True(Read("[a]\ntime_based\n", out var warnings)[0].TimeBased);
        Assert.Contains("until the scenario ends", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 0, "no job in it")]
    [InlineData("[global]\nbs=4k\n", 0, "no job in it")]
    [InlineData("bs=4k\n[a]\n", 1, "outside of a section")]
    [InlineData("[a]\n\nbogus=1\n", 3, "bogus=1: no such option")]
    [InlineData("[a]\nreadwrit=read\n", 2, "did you mean readwrite?")]
    [InlineData("[a]\nbs=4x\n", 2, "bs=4x: 'x' is no unit of size")]
    [InlineData("[a]\ncpu=50%\n", 2, "no such option")]
    [InlineData("[a]\n[b\n", 2, "head is [name]")]
    [InlineData("[]\n", 1, "head is [name]")]
    [InlineData("[a]\n=4k\n", 2, "a name is missing")]
    [InlineData("[a]\nstonewall=maybe\n", 2, "must be 0 or 1")]
    [InlineData("[a]\nexit_what=some\n", 2, "group, stonewall or all")]
    [InlineData("[a]\nsize=${NOPE}\n", 2, "there is no environment variable NOPE")]
    [InlineData("[a]\nsize=${NOPE\n", 2, "is written ${NAME}")]
    [InlineData("[a]\nnumjobs=$ncpus\n", 2, "differs from machine to machine")]
    [InlineData("[a]\ninclude nothing.inc\n", 2, "there is no file")]
    [InlineData("[a]\ninclude\n", 2, "needs the name")]
    [InlineData("[a]\ninclude job.fio\n", 2, "would include itself")]
    [InlineData("[a]\ninclude sections.inc\n", 1, "no sections")]
    [InlineData("[a]\ncpuload=50\n", 2, "needs ioengine=cpuio")]
    [InlineData("[a]\nioengine=cpuio\n", 2, "needs cpuload")]
    [InlineData("[a]\nverify=meta\nbs=512\n", 3, "multiple of 4096")]
    [InlineData("[a]\nverify=meta\n\0\n", 3, "not a text file")]
    [InlineData("[a]\n\u001b[31m\n", 2, "not a text file")]
    public void What_is_wrong_is_said_with_file_and_line(string text, int line, string why)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "sections.inc"), "[b]\n");
        var mistake = Assert.Throws<InputException>(() => Read(text, out _));
        Assert.Equal(line, mistake.Line);
        Assert.Contains(why, mistake.Message, StringComparison.Ordinal);
        Assert.NotNull(mistake.File);
    }

    [Fact]
    public void A_mistake_in_an_included_file_names_that_file()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "wrong.inc"), "bs=4k\nbs=5\n");
        var mistake = Assert.Throws<InputException>(() => Read("[a]\ninclude wrong.inc\n", out _));
        Assert.Equal((Path.Combine(_folder.FullName, "wrong.inc"), 2), (mistake.File, mistake.Line));
    }

    [Fact]
    public void Includes_neither_nest_without_end_nor_multiply()
    {
        for (var depth = 0; depth < 30; depth++)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, $"{depth}.inc"), $"include {depth + 1}.inc\n");
            File.WriteAllText(Path.Combine(_folder.FullName, $"twice{depth}.inc"),
                string.Concat(Enumerable.Repeat($"include twice{depth + 1}.inc\n", 9)));
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "twice5.inc"), "");
        Assert.Contains("files deep",
            Assert.Throws<InputException>(() => Read("[a]\ninclude 0.inc\n", out _)).Message, StringComparison.Ordinal);
        Assert.Contains("includes", Assert.Throws<InputException>(() =>
            Read("[a]\ninclude twice0.inc\n", out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_of_text_is_one_clear_line()
    {
        var missing = Path.Combine(_folder.FullName, "missing.fio");
        Assert.Equal($"{missing}: there is no such file",
            Assert.Throws<InputException>(() => FioJobFile.Read(missing, _ => { })).Describe());
        Assert.Contains("is a directory",
            Assert.Throws<InputException>(() => FioJobFile.Read(_folder.FullName, _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("too large", Assert.Throws<InputException>(() =>
            Read(new string(';', (1 << 20) + 1), out _)).Message, StringComparison.Ordinal);
        var binary = Path.Combine(_folder.FullName, "binary.fio");
        File.WriteAllBytes(binary, [.. Encoding.ASCII.GetBytes("[a]\nbs=4k\n"), 0xC3, 0x28]);
        Assert.Equal($"{binary}:3: not a text file: a fio job file is plain UTF-8 text",
            Assert.Throws<InputException>(() => FioJobFile.Read(binary, _ => { })).Describe());
    }

    [Fact]
    public void No_text_throws_anything_but_an_input_exception()
    {
        var line = Gen.OneOf(
            Gen.Int[0, _plausible.Length - 1].Select(i => _plausible[i]),
            Gen.Select(Gen.Int[0, JobOptions.Names.Count - 1].Select(i => JobOptions.Names.ElementAt(i)),
                Gen.String["0123456789kmgi%,:.=-${}[]; #"], (key, value) => $"{key}={value}"),
            Gen.String,
            Gen.String["[]=;# \t\r${}abc019%,\0\u0080"]);
        line.Array[0, 12].Select(lines => string.Join('\n', lines)).Sample(text =>
        {
            try
            {
                Assert.NotEmpty(Read(text, out _));
            }
            catch (InputException mistake)
            {
                Assert.NotNull(mistake.File);
                Assert.DoesNotContain('\n', mistake.Describe());
            }
        }, iter: 1000, threads: 1);
    }

    private static string Fixture(string name) => Path.Combine(JobFiles.Fixtures, name);

    private IReadOnlyList<JobSpec> Read(string text, out List<string> warnings)
    {
        var path = Path.Combine(_folder.FullName, "job.fio");
        File.WriteAllText(path, text);
        var lines = warnings = [];
        return FioJobFile.Read(path, lines.Add, _ => null);
    }
}
