using Mbsa.Host.Expectations;
using Mbsa.Host.Report;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Workload;
using Spectre.Console.Testing;

namespace Mbsa.Host.Tests.Report;

public sealed class ResultPrinterTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(110)]
    public void Every_vm_has_one_line_at_every_width(int width)
    {
        var result = Sample.Result();

        var lines = Print(result, width);

        Assert.Single(lines, line => line.TrimStart().StartsWith("oltp", StringComparison.Ordinal));
        Assert.Contains(lines, line =>
            line.Contains("405 k", StringComparison.Ordinal) && line.Contains("1.66 GB/s", StringComparison.Ordinal)
            && line.Contains("1.20/12.4 us", StringComparison.Ordinal) && line.Contains("2.50/40.1 us", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void A_protection_is_named_where_there_is_one()
    {
        var result = Sample.Result();
        var vm = result.Vms[0];
        var spec = vm.Spec with { Storage = vm.Spec.Storage! with { Protection = ProtectionMethod.Cr0Opt } };

        Assert.DoesNotContain(Print(result, 110), line => line.Contains("protection", StringComparison.Ordinal));
        Assert.Contains(Print(result with { Vms = result.Vms.SetItem(0, vm with { Spec = spec }) }, 110),
            line => line.Contains("cr0-opt", StringComparison.Ordinal));
    }

    [Fact]
    public void The_host_line_has_use_fairness_and_time()
    {
        Assert.Equal(
            "host: cores 50.0 %, bus 25.0 %, NVM 12.5 %; Jain all 0.7327; took 500 ms, 4.4x real time",
            ResultPrinter.HostLine(Sample.Result()));
    }

    [Fact]
    public void Each_power_failure_has_a_line()
    {
        var result = Sample.Result() with
        {
            PowerFailures =
            [
                new PowerFailureResult(Sample.Second / 2, Sample.Second / 10) { VmsBack = 2, DisksRecovered = 1, RecordsRecovered = 17 },
                new PowerFailureResult(Sample.Second, 0) { VmsBack = 2, DisksRecovered = 2 },
                new PowerFailureResult(2 * Sample.Second, 1),
            ],
        };

        Assert.Equal(
            [
                "power failed at 500 ms for 100 ms; 2 VMs came back, 1 disk and 17 changes of their maps were recovered",
                "power failed at 1 s; 2 VMs came back, 2 disks and 0 changes of their maps were recovered",
                "power failed at 2 s for 1 ns; the run ended before it came back",
            ],
            Print(result, 120).Where(line => line.StartsWith("power", StringComparison.Ordinal)));
    }

    [Fact]
    public void Expectations_and_problems_follow_the_table()
    {
        var result = Sample.Result() with { Problems = ["VCPU 0 of [writer] failed"], Interrupted = true, MeasuredNs = Sample.Second / 2 };

        var lines = Print(result, 110,
            new() { Text = "oltp.p99 <= 40us", Held = true, Measured = "12.4us", Value = 12_400 },
            new() { Text = "jain(writer-*) >= 0.9", Held = false, Measured = "no I/O" });

        Assert.Equal("held   oltp.p99 <= 40us  (measured 12.4us)", lines[^3]);
        Assert.Equal("failed jain(writer-*) >= 0.9  (no I/O)", lines[^2]);
        Assert.Equal("problem: VCPU 0 of [writer] failed", lines[^1]);
        Assert.Contains("500 ms measured, policy fair, seed 7 (interrupted: 2 s were asked for)", lines[1]);
    }

    [Theory]
    [InlineData(1, true, VmState.Running, "the run ended before its warm-up did")]
    [InlineData(1, false, VmState.Finished, "the run ended before its warm-up did")]
    [InlineData(1, false, VmState.Waiting, "no VM ran")]
    [InlineData(0, true, VmState.Running, "it was interrupted before it began")]
    [InlineData(0, false, VmState.Waiting, "no VM ran")]
    public void A_run_in_which_nothing_was_measured_says_why_and_what_did_not_hold(long warmupNs,
        bool interrupted, VmState state, string why)
    {
        var result = Sample.Result(Sample.Scenario() with { WarmupNs = warmupNs });
        result = result with { MeasuredNs = 0, Interrupted = interrupted, Vms = [.. result.Vms.Select(vm => vm with { State = state })] };

        var lines = Print(result, 110, new ExpectationOutcome { Text = "oltp.ops > 0", Held = false, Measured = "nothing was measured" });

        Assert.Equal([$"nothing was measured: {why}", "failed oltp.ops > 0  (nothing was measured)"], lines.Skip(2));
    }

    [Fact]
    public void Vms_that_finished_are_named_with_what_their_rates_are_over()
    {
        var result = Sample.Result();
        var ended = result with
        {
            MeasuredNs = 2 * Sample.Second,
            Vms = result.Vms.SetItem(1, result.Vms[1] with { State = VmState.Finished, ActiveNs = Sample.Second / 2 }),
        };

        Assert.DoesNotContain(Print(result, 110), line => line.StartsWith("finished", StringComparison.Ordinal));
        Assert.Contains(Print(ended, 110), line =>
            line.Contains("active", StringComparison.Ordinal) && line.Contains("IOPS", StringComparison.Ordinal));
        Assert.Contains(Print(ended, 110), line => line.Contains("writer", StringComparison.Ordinal) && line.Contains("500 ms",
            StringComparison.Ordinal) && line.Contains("400 k", StringComparison.Ordinal));
        Assert.DoesNotContain(Print(result, 110), line => line.Contains("active", StringComparison.Ordinal));
        Assert.Contains("finished: writer; its rates are over the time it was active", Print(ended, 110));
    }

    [Fact]
    public void A_lone_vm_that_finished_ended_the_run_and_has_the_rates_it_had()
    {
        var result = Sample.Result(Sample.Scenario(Sample.Vm("oltp", IoPattern.Read)));

        Assert.Null(ResultPrinter.FinishedLine(result with
        {
            MeasuredNs = Sample.Second,
            Vms = [result.Vms[0] with { State = VmState.Finished, ActiveNs = Sample.Second }],
        }));
    }

    [Fact]
    public void Wrong_blocks_and_vms_that_did_not_last_are_marked()
    {
        var result = Sample.Result();
        var broken = result with
        {
            Vms = [result.Vms[0] with { BlocksVerified = 10, BlocksWrong = 2 }, result.Vms[1] with { State = VmState.Failed }],
        };

        var text = string.Join('\n', Print(broken, 120));

        Assert.Contains("2 wrong", text);
        Assert.Contains("writer (failed)", text);
    }

    private static List<string> Print(RunResult result, int width, params ExpectationOutcome[] expectations)
    {
        var console = new TestConsole().Width(width);
        ResultPrinter.Print(console, result, expectations);
        return [.. console.Lines.Select(line => line.TrimEnd())];
    }
}
