using System.Globalization;
using Mbsa.Actors.Runs;
using Mbsa.Host.Commands;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Commands;

public sealed class CheckCommandTests : IDisposable
{
    private readonly TestProgram _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task Every_mistake_has_its_file_and_line()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "name: x\nduraton: 1s\nclock: sundial\n");

        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("check", path));

        Assert.Contains(_program.Errors, line => line.StartsWith($"{path}:2: ", StringComparison.Ordinal));
        Assert.Contains(_program.Errors, line => line.StartsWith($"{path}:3: ", StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public async Task A_file_that_is_not_there_does_not_keep_the_others_from_being_checked()
    {
        Assert.Equal(ExitCode.BadInput, await _program.InvokeAsync("check", "/no/such.yaml", "/nor/this.yaml"));

        Assert.Equal(2, _program.Errors.Length);
    }

    [Theory]
    [InlineData("reservation: 50kIOPS", "warning: {0}: 273 of 300 VMs, vm-28 first, will not be started: its reservation takes ")]
    [InlineData("reservation: 50kIOPS, admission: best-effort", null)]
    [InlineData("reservation: 1kIOPS", null)]
    public async Task Whoever_will_not_be_started_is_said_beforehand(string qos, string? warning)
    {
        using var scratch = new ScratchScenario();
        var path = scratch.Write("duration: 5ms\nhost: { machine: paper }\nvms:\n  - { name: vm, count: 300, vcpus: 1, "
            + $"storage: {{ size: 1MiB }}, qos: {{ {qos} }}, workload: {{ rw: randread }} }}\n");

        Assert.Equal(ExitCode.Ok, await _program.InvokeAsync("check", path));

        Assert.Equal(warning is null ? 0 : 1, _program.Errors.Length);
        Assert.All(_program.Errors, line => Assert.StartsWith(string.Format(CultureInfo.InvariantCulture, warning!, path), line));
        var run = await ScenarioRun.Start(ScenarioFile.Load(path).Spec).Completion;
        Assert.Equal(warning is null ? 0 : 273, run.Vms.Count(vm => vm.State != VmState.Running));
    }

    [Fact]
    public void The_summary_says_who_takes_part()
    {
        var scenario = Sample.Scenario(
            Sample.Vm("oltp", IoPattern.RandReadWrite, vcpus: 4), Sample.Vm("writer-1", IoPattern.Write),
            Sample.Vm("writer-2", IoPattern.Write), Sample.Vm("hog", IoPattern.Compute));

        Assert.Equal(
            [
                "two-vms: good; virtual clock, 2 s after 200 ms of warm-up, seed 7",
                "  host: test-machine, 4 cores, 1 GiB of test-device NVM, policy fair, quantum 25 us",
                "  oltp: 4 VCPUs, 256 MiB on memory-bus, 1 job: randrw 50 % reads 4 KiB",
                "  writer-*: 2 VMs x 1 VCPU, 256 MiB on memory-bus, 1 job: write 4 KiB",
                "  hog: 1 VCPU, no disk, 1 job: compute 100 %",
                "  1 event",
            ],
            ScenarioSummary.Lines(scenario with { Events = [new ScenarioEvent(1, "hog", new VmChange.Stop())] }));
    }

    [Theory]
    [InlineData("plan", ClockKind.Virtual, "policy plan, quantum 25 us, order serial")]
    [InlineData("plan", ClockKind.Wall, "policy plan, quantum 25 us")]
    [InlineData("fair", ClockKind.Virtual, "policy fair, quantum 25 us")]
    public void The_summary_says_the_order_of_service_where_somebody_goes_by_it(string policy, ClockKind clock, string expected)
    {
        var scenario = Sample.Scenario(Sample.Vm("w", IoPattern.Write));
        scenario = scenario with { Clock = clock, Host = scenario.Host with { Policy = policy, Order = ServiceOrder.Serial } };
        Assert.EndsWith(expected, ScenarioSummary.Lines(scenario).ElementAt(1), StringComparison.Ordinal);
    }

    [Fact]
    public void The_summary_says_what_pauses_and_by_how_much_its_cycles_differ()
    {
        VmSpec Vm(string name, IoPattern pattern, Func<JobSpec, JobSpec> change)
        {
            var vm = Sample.Vm(name, pattern);
            return vm with { Jobs = [.. vm.Jobs.Select(change)] };
        }

        var scenario = Sample.Scenario(
            Vm("part", IoPattern.Compute, job => job with { CpuPercent = 37 }),
            Vm("exact", IoPattern.Compute, job => job with { CpuPercent = 37, JitterPercent = 0 }),
            Vm("web", IoPattern.RandRead, job => job with { ThinkTimeNs = 1_000_000, JitterPercent = 100 }),
            Vm("batch", IoPattern.Write, job => job with { ThinkTimeNs = 20_000, ThinkTimeBlocks = 64 }));
        Assert.Equal(
            ["compute 37 % +- 10 %", "compute 37 %", "randread 4 KiB with pauses of 1 ms +- 100 %",
                "write 4 KiB with pauses of 20 us after 64 +- 10 %"],
            ScenarioSummary.Lines(scenario).Skip(2).Select(line => line.Split(": ")[^1]));
        var lockstep = ScenarioSummary.Lines(scenario with { Lockstep = true }).ToList();
        Assert.EndsWith("seed 7, in lockstep", lockstep[0], StringComparison.Ordinal);
        Assert.EndsWith("randread 4 KiB with pauses of 1 ms", lockstep[4], StringComparison.Ordinal);
    }
}
