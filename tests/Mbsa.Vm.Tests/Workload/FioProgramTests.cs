using System.Diagnostics;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

/// <summary>
/// The real fio must take every job file that we take: the shipped ones and the fixtures.
/// Where fio is not installed this is skipped, but not in CI.
/// </summary>
public sealed class FioProgramTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(JobFiles.Shipped, "*.fio"), .. Directory.GetFiles(JobFiles.Fixtures, "*.fio")];

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void A_job_file_that_we_read_is_one_for_fio(string path)
    {
        Assert.NotEmpty(FioJobFile.Read(path, _ => { }, name => name == "SIZE" ? "4m" : null));
        var (exitCode, output) = Fio("--parse-only", path);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public void The_page_has_every_option_of_the_table()
    {
        var page = File.ReadAllText(Path.Combine(JobFiles.Shipped, "..", "..", "docs", "FIO.md"));
        Assert.EndsWith("## Every option\n\n" + JobOptionTable.Index(), page, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Every_option_of_fio_has_a_place_in_the_table()
    {
        var (exitCode, output) = Fio("--cmdhelp=all");
        Assert.Equal(0, exitCode);
        var heads = output.Split('\n').Select(line => line.Split(':')[0].Trim());
        var names = heads.Where(name => name.Length > 0 && !name.Contains(' ', StringComparison.Ordinal)).ToList();
        Assert.InRange(names.Count, 100, 1000);
        Assert.DoesNotContain(names, name => !JobOptionTable.IsKnown(name));
    }

    /// <summary>Each file is as long as fio makes it, the sum of them where a job has several.</summary>
    [SkippableFact]
    public void Files_are_as_long_as_fio_makes_them()
    {
        var folder = Directory.CreateTempSubdirectory("fio-files");
        try
        {
            var path = Path.Combine(folder.FullName, "job");
            File.WriteAllText(path, """
                [global]
                size=64k
                rw=write
                [a]
                numjobs=2
                [b]
                offset=16k
                [c]
                nrfiles=4
                [d]
                filename=shared
                [e]
                filename=shared
                offset=4k
                [f]
                filesize=128k
                offset=64k
                [g]
                filename=increment
                offset_increment=32k
                numjobs=2
                """);
            var (exitCode, output) = Fio($"--directory={folder.FullName}", path);
            Assert.True(exitCode == 0, output);
            var jobs = FioJobFile.Read(path, _ => { });
            var (layout, place) = (DiskLayout.Of(jobs, 4 << 20), 0);
            foreach (var job in jobs)
            {
                for (var clone = 0; clone < job.NumJobs; clone++)
                {
                    var files = folder.GetFiles(job.FileName ?? $"{job.Name}.{clone}.*");
                    Assert.Equal(files.Sum(file => file.Length), layout[place++].Sum(file => file.LengthBytes));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public void A_pattern_that_we_refuse_is_none_for_fio_either()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "[job]\nrw=sideways\n");
            Assert.Throws<InputException>(() => FioJobFile.Read(path, _ => { }));
            Assert.NotEqual(0, Fio("--parse-only", path).ExitCode);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static (int ExitCode, string Output) Fio(params string[] arguments)
    {
        Process? fio = null;
        try
        {
            var start = new ProcessStartInfo("fio", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["SIZE"] = "4m";
            fio = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(Environment.GetEnvironmentVariable("CI") != "true", "fio is not installed (apt-get install fio)");
        }

        Assert.True(fio is not null, "fio is not installed, and in CI it must be");
        using (fio)
        {
            var output = fio.StandardOutput.ReadToEndAsync();
            var errors = fio.StandardError.ReadToEnd();
            fio.WaitForExit();
            return (fio.ExitCode, output.Result + errors);
        }
    }
}
