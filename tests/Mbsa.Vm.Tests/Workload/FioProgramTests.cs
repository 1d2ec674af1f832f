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
