using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Mbsa.Host.Expectations;
using Mbsa.Host.Report;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Tests.Report;

public sealed class ReportTests
{
    private static readonly ExpectationOutcome[] _expectations =
    [
        new() { Text = "oltp.read.p99 <= 10us", Held = false, Measured = "12.4us", Value = 12_400, Bound = 10_000 },
        new() { Text = "hog.p99 <= 10us", Held = false, Measured = "no I/O" },
    ];

    [Fact]
    public void The_report_of_a_run_is_this_text() => Assert.Equal(Golden.Text, Text(Full(), _expectations));

    [Fact]
    public void The_same_run_gives_the_same_bytes_however_long_it_took() =>
        Assert.Equal(Text(Full(), _expectations), Text(Full() with { ElapsedSeconds = 99 }, _expectations));

    [Fact]
    public void What_was_not_measured_is_null_and_never_nonsense()
    {
        var result = Sample.Result();
        result = result with
        {
            MeasuredNs = 0,
            TraceHash = null,
            Interrupted = true,
            Vms = [.. result.Vms.Select(vm => vm with { ActiveNs = 0 })],
        };

        using var json = JsonDocument.Parse(Text(result, []));

        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("trace_hash").ValueKind);
        Assert.True(json.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.Equal(0, json.RootElement.GetProperty("vms")[0].GetProperty("iops").GetDouble());
    }

    [Fact]
    public void A_device_without_an_end_has_no_fraction_of_its_life()
    {
        var scenario = Sample.Scenario();
        var endless = scenario with
        { Host = scenario.Host with { Device = scenario.Host.Device with { EnduranceWrites = double.PositiveInfinity } } };

        var report = ReportBuilder.Build(Sample.Result(endless), []);

        Assert.Null(report.Vms[0]["wear"]!["lifetime_fraction"]);
    }

    [Theory]
    [InlineData(ClockKind.Virtual, LatencySampling.Sampled, "every")]
    [InlineData(ClockKind.Wall, LatencySampling.Sampled, "sampled")]
    [InlineData(ClockKind.Wall, LatencySampling.Every, "every")]
    public void It_says_whether_every_latency_was_taken(ClockKind clock, LatencySampling latency, string expected) =>
        Assert.Equal(expected, ReportBuilder.Build(Sample.Result(Sample.Scenario() with { Clock = clock, Latency = latency }), []).Latency);

    private static string Text(RunResult result, ExpectationOutcome[] expectations) =>
        Encoding.UTF8.GetString(JsonReportContext.Serialize(ReportBuilder.Build(result, expectations)));

    private static ImmutableArray<ResourceUse> Uses(long lengthNs, params double[] shares) =>
        [.. shares.Select(share => new ResourceUse(share * lengthNs, 0, 0))];

    private static RunResult Full()
    {
        var scenario = Sample.Scenario();
        var oltp = scenario.Vms[0] with { Qos = new QosSpec { Weight = 4, Reservation = new Promise(PromiseUnit.Share, 0.3) } };
        var result = Sample.Result(scenario with { Vms = scenario.Vms.SetItem(0, oltp) });
        return result with
        {
            Vms = result.Vms.SetItem(1, result.Vms[1] with
            {
                BlocksVerified =
                100,
                BlocksWrong = 1,
                State = VmState.Failed,
                Stages = new StagesResult(200_000, [.. Enumerable.Repeat(3.0, 11)])
            }),
            Windows = [new WindowResult(0, Sample.Second, [5, 6], Uses(Sample.Second, 0.25, 0.5)),
                new WindowResult(Sample.Second, 3 * Sample.Second / 2, [7, 8], Uses(Sample.Second / 2, 0.125, 0.375))],
            PowerFailures = [new PowerFailureResult(Sample.Second / 2, Sample.Second / 10)
                { VmsBack = 2, DisksRecovered = 2, RecordsRecovered = 17 }],
            Problems = ["VCPU 0 of writer failed: boom"],
        };
    }
}
