using System.Text.Json;
using Mbsa.Host.Commands;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Fio;

/// <summary>A job file that is run as it is.</summary>
public sealed class FioScenarioTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_job_file_is_a_scenario_of_one_vm()
    {
        using var program = new TestProgram { Real = true, ReadsFiles = true };
        var file = Write("[a]\nrw=randread\nsize=1m\n[b]\nstonewall\nrw=write\nsize=2m\nnumjobs=3\n");
        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("run", file, "--json", "-"));
        using var report = JsonDocument.Parse(program.StandardOutputText);
        var vm = Assert.Single(report.RootElement.GetProperty("vms").EnumerateArray());
        Assert.Equal(("fio", 4), (vm.GetProperty("name").GetString(), vm.GetProperty("vcpus").GetInt32()));
        Assert.Equal([256, 512, 512, 512], FioRun.Jobs(report).Select(job => job.Reads + job.Writes));
        Assert.Empty(program.Errors);
    }

    [Theory]
    [InlineData("[a]\nsize=1m\n", 3600, 1)]
    [InlineData("[a]\nsize=3g\n", 3600, 4)]
    [InlineData("[a]\nsize=1g\n[b]\nsize=1g\n", 3600, 2)]
    [InlineData("[a]\nfilename=x\noffset=9g\nsize=1g\nruntime=5\n", 5, 16)]
    [InlineData("[a]\nruntime=5\nramp_time=2\n[b]\nstonewall\nruntime=5\nstartdelay=1\n", 13, 1)]
    [InlineData("[a]\nruntime=5h\n[b]\nruntime=3h\n[c]\nwait_for=a\nruntime=1\n", 18_001, 1)]
    [InlineData("[a]\nsize=1m\ntime_based\n", 10, 1)]
    [InlineData("[a]\nioengine=cpuio\ncpuload=50\n", 10, 1)]
    public void Its_disk_holds_the_files_and_its_duration_the_jobs(string jobFile, int seconds, int gibibytes)
    {
        var spec = ScenarioFile.Load(Write(jobFile)).Spec;
        Assert.Equal(seconds * 1_000_000_000L, spec.DurationNs);
        Assert.Equal((long)gibibytes << 30, Assert.Single(spec.Vms).Storage!.SizeBytes);
    }

    [Theory]
    [InlineData("[a]\nrw=rad\nsize=1m\n", ":2: rw=rad: must be read, write")]
    [InlineData("[global]\nsize=1m\n", ": no job in it")]
    [InlineData("[a]\nsize=17t\n", "the files of the jobs need")]
    public void What_is_wrong_in_it_is_said_of_the_job_file(string jobFile, string expected)
    {
        var path = Write(jobFile);
        var error = Assert.Single(ScenarioFile.Check(path).Errors);
        Assert.StartsWith(path, error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("; a job\n[writer]\nrw=write\n", "a.yaml")]
    [InlineData("# a job\n\n[writer]\nrw=write\n", "a")]
    [InlineData("# a job\n\n[writer]\nrw=write\n", "a.fio")]
    public void It_is_known_by_its_name_or_its_first_line(string text, string name) =>
        Assert.Equal("writer", Assert.Single(Assert.Single(ScenarioFile.Load(_scratch.Write(text, name)).Spec.Vms).Jobs).Name);

    private string Write(string text)
    {
        var path = Path.Combine(_scratch.Folder, "job.fio");
        File.WriteAllText(path, text);
        return path;
    }
}
