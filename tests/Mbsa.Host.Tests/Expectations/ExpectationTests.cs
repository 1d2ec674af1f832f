using Mbsa.Host.Expectations;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Expectations;

public sealed class ExpectationTests
{
    private static readonly string[] _vms = ["oltp", "writer-1", "writer-2", "hog"];

    /// <summary>Half a second: oltp 1000 reads of 4 KiB and 500 writes, two writers with 300 and 100 writes, a hog that computes.</summary>
    private static readonly RunResult _run = Run(500_000_000);

    [Theory]
    [InlineData("oltp.ops == 1500", "1.5k")]
    [InlineData("oltp.iops >= 3kIOPS", "3kIOPS")]
    [InlineData("oltp.read.iops == 2000IOPS", "2kIOPS")]
    [InlineData("oltp.write.ops < 501", "500")]
    [InlineData("oltp.bandwidth >= 12MB/s", "12.29MB/s")]
    [InlineData("oltp.write.bandwidth == 4096kB/s", "4.096MB/s")]
    [InlineData("oltp.read.bytes <= 4MiB", "3.906MiB")]
    [InlineData("oltp.p99<=90us", "90us")]
    [InlineData("oltp.read.p99 <= 30us", "30us")]
    [InlineData("oltp.p50 > 10us", "30us")]
    [InlineData("oltp.p999 == 120us", "120us")]
    [InlineData("oltp.max == 300us", "300us")]
    [InlineData("oltp.latency.mean == 20us", "20us")]
    [InlineData("oltp.write.latency.mean == 36us", "36us")]
    [InlineData("oltp.cpu_seconds >= 0.25s", "250ms")]
    [InlineData("oltp.cpu_seconds >= 0.25", "250ms")]
    [InlineData("oltp.share >= 40%", "40%")]
    [InlineData("oltp.share >= 0.4", "40%")]
    [InlineData("oltp.share <= 1", "40%")]
    [InlineData("oltp.share <= 150%", "40%")]
    [InlineData("hog.ops == 0", "0")]
    [InlineData("hog.iops == 0IOPS", "0IOPS")]
    [InlineData("host.iops == 3800IOPS", "3.8kIOPS")]
    [InlineData("host.share == 100%", "100%")]
    [InlineData("host.utilisation.cpu >= 99%", "99.5%")]
    [InlineData("oltp.iops >= 78% of host", "3kIOPS against 2.964kIOPS")]
    [InlineData("oltp.iops >= 78% of host.iops", "3kIOPS against 2.964kIOPS")]
    [InlineData("oltp.iops == 5 x writer-1", "3kIOPS against 3kIOPS")]
    [InlineData("oltp.iops >= 5*writer-1.iops", "3kIOPS against 3kIOPS")]
    [InlineData("oltp.iops >= 2 * sum(writer-*.iops)", "3kIOPS against 1.6kIOPS")]
    [InlineData("oltp.write.iops > writer-1.iops", "1kIOPS against 600IOPS")]
    [InlineData("writer-2.iops < writer-1", "200IOPS against 600IOPS")]
    [InlineData("jain(writer-*) >= 0.8", "0.8")]
    [InlineData("jain(writer-*) >= 80%", "0.8")]
    [InlineData("jain( writer-* ) < 1", "0.8")]
    [InlineData("jain(*.share) > 0.8", "0.8333")]
    [InlineData("sum(writer-*) == 800IOPS", "800IOPS")]
    [InlineData("min(writer-*.iops) == 200IOPS", "200IOPS")]
    [InlineData("max(*.iops) == 3kIOPS", "3kIOPS")]
    [InlineData("mean(writer-*.iops) == 400IOPS", "400IOPS")]
    [InlineData("max(writer-*.p99) <= 90us", "90us")]
    [InlineData("oltp.misses == 2", "2")]
    [InlineData("host.misses == 2", "2")]
    public void What_holds_holds(string text, string measured)
    {
        var outcome = Expectation.Parse(text, _vms).Evaluate(_run);

        Assert.Equal((text, true, measured), (outcome.Text, outcome.Held, outcome.Measured));
    }

    [Theory]
    [InlineData("late.iops == 1000IOPS", "1kIOPS")]
    [InlineData("late.bandwidth == 4096kB/s", "4.096MB/s")]
    [InlineData("late.iops >= 25% of host", "1kIOPS against 1kIOPS")]
    [InlineData("host.iops == 4000IOPS", "4kIOPS")]
    [InlineData("late.write.ops == 100", "100")]
    public void A_vm_has_rates_over_the_time_it_was_active_and_all_together_over_the_measured_part(string text, string measured)
    {
        var late = Vm("late", new DirectionResult(0, 0, null), new DirectionResult(100, 409_600, Latency(12_000)), 0.1) with
        { ActiveNs = 100_000_000 };
        var outcome = Expectation.Parse(text, null).Evaluate(_run with { Vms = _run.Vms.Add(late) });

        Assert.Equal((true, measured), (outcome.Held, outcome.Measured));
    }

    [Theory]
    [InlineData("oltp.ops > 1500", "1.5k")]
    [InlineData("oltp.ops == 1501", "1.5k")]
    [InlineData("oltp.p99 < 90us", "90us")]
    [InlineData("oltp.iops >= 80% of host", "3kIOPS against 3.04kIOPS")]
    [InlineData("jain(writer-*) >= 0.999", "0.8")]
    [InlineData("hog.p99 <= 1s", "no I/O")]
    [InlineData("hog.latency.mean <= 1s", "no I/O")]
    [InlineData("writer-1.read.p99 <= 1s", "no I/O")]
    [InlineData("oltp.p99 <= hog", "90us against no I/O")]
    [InlineData("min(*.p99) <= 1s", "no I/O")]
    [InlineData("jain(hog) >= 0.5", "no I/O")]
    [InlineData("never.iops == 0IOPS", "it was never active")]
    [InlineData("never.write.bandwidth <= 1GB/s", "it was never active")]
    [InlineData("sum(*.iops) >= 1IOPS", "it was never active")]
    [InlineData("oltp.p99 <= 2 x hog", "90us against no I/O")]
    [InlineData("hog.misses == 0", "never judged: it has no reservation")]
    [InlineData("writer-1.misses == 0", "never judged: it never wanted more than it had for 1 % of a window")]
    [InlineData("sum(writer-*.misses) == 0", "never judged: it never wanted more than it had for 1 % of a window")]
    [InlineData("max(*.misses) >= 0", "never judged: it never wanted more than it had for 1 % of a window")]
    [InlineData("oltp.misses <= hog", "2 against never judged: it has no reservation")]
    public void What_does_not_hold_or_has_no_data_does_not(string text, string measured)
    {
        var never = VmResult.NotRun(new VmSpec { Name = "never", Jobs = [] }, VmState.Waiting);
        var run = text.Contains("never", StringComparison.Ordinal) || text.Contains("*.iops", StringComparison.Ordinal)
            ? _run with { Vms = _run.Vms.Add(never) }
            : _run;
        var outcome = Expectation.Parse(text, null).Evaluate(run);

        Assert.Equal((false, measured), (outcome.Held, outcome.Measured));
    }

    [Fact]
    public void Of_the_host_nothing_was_missed_only_if_something_was_judged()
    {
        var run = _run with { Vms = _run.Vms.RemoveAt(0) };
        var outcome = Expectation.Parse("host.misses == 0", null).Evaluate(run);

        Assert.Equal((false, "never judged: no VM had a reservation and wanted more than it had"), (outcome.Held, outcome.Measured));
    }

    [Fact]
    public void The_numbers_come_in_base_units()
    {
        var outcome = Expectation.Parse("oltp.p99 <= 2 x writer-1", _vms).Evaluate(_run);

        Assert.Equal((90_000.0, 180_000.0), (outcome.Value, outcome.Bound));
        Assert.Null(Expectation.Parse("hog.p99 <= 2s", _vms).Evaluate(_run).Value);
    }

    [Fact]
    public void Nothing_holds_in_a_run_that_ended_before_it_was_measured() =>
        Assert.Equal((false, "nothing was measured"), Expectation.Parse("oltp.ops == 0", _vms)
            .Evaluate(Run(0)) is var o ? (o.Held, o.Measured) : default);

    [Theory]
    [InlineData("", "an expectation is written 'oltp.p99 <= 40us'")]
    [InlineData("oltp.iops", "an expectation is written 'oltp.p99 <= 40us'")]
    [InlineData("oltp.iops = 5IOPS", "'=' does not compare; did you mean '=='?")]
    [InlineData("oltp.iops != 5IOPS", "'!=' is not a comparison; use one of >=, <=, >, <, ==")]
    [InlineData("<= 5IOPS", "the left side is missing")]
    [InlineData("oltp.iops <=", "the right side is missing")]
    [InlineData("5 < oltp.iops", "'5' on the left is not something measured")]
    [InlineData("oltp > 5",
        "'oltp' needs a metric, as in 'oltp.iops'; "
        + "metrics: ops, bytes, iops, bandwidth, min, p50, p95, p99, p999, max, cpu_seconds, planned_share")]
    [InlineData("oltpp.iops > 5IOPS", "unknown VM 'oltpp'; did you mean 'oltp'?")]
    [InlineData("oltp.iop > 5IOPS", "unknown metric 'iop'; did you mean 'iops'?")]
    [InlineData("oltp.read > 5IOPS", "unknown metric 'read'; did you mean 'read.ops'?")]
    [InlineData("oltp.wear.mx > 5", "unknown metric 'wear.mx'; did you mean 'wear.max'? Also near: wear.cv")]
    [InlineData("sum(*.wear.max) > 5", "a sum of 'wear.max' over VMs means nothing; use min, max or mean")]
    [InlineData("host.p99 > 5us", "the host has no 'p99'; it has ops, bytes")]
    [InlineData("oltp.utilisation.cpu > 5%", "'utilisation.cpu' is of the host, not of a VM; write 'host.utilisation.cpu'")]
    [InlineData("writer-*.iops > 5IOPS", "'writer-*' stands for several VMs; say what of them, as in min(writer-*.iops)")]
    [InlineData("jain(reader-*) > 0.9", "no VM matches 'reader-*'; VMs: oltp, writer-1, writer-2, hog")]
    [InlineData("jain(olpt) > 0.9", "unknown VM 'olpt'")]
    [InlineData("jane(writer-*) > 0.9", "unknown function 'jane'")]
    [InlineData("jain(writer-* > 0.9", "')' is missing after 'jain(writer-*'")]
    [InlineData("jain() > 0.9", "jain() needs the name of a VM or a pattern, as in jain(writer-*)")]
    [InlineData("sum(writer-*.p99) > 5us", "a sum of 'p99' over VMs means nothing; use min, max or mean")]
    [InlineData("oltp.iops > 5us", "'5us' has no unit of a rate of I/Os; write a rate as in 200kIOPS")]
    [InlineData("oltp.iops > 5", "'5' has no unit; write a rate as in 200kIOPS")]
    [InlineData("oltp.p99 < 40", "'40' has no unit; write a time as in 25us")]
    [InlineData("oltp.share <= 40", "'40' is 4000% of a share; write '40%', or a fraction up to 1")]
    [InlineData("host.utilisation.cpu <= 80", "'80' is 8000% of a share; write '80%'")]
    [InlineData("oltp.share <= 1.5", "'1.5' is 150% of a share; write '1.5%'")]
    [InlineData("oltp.bandwidth > 1GB", "'1GB' has no unit of a bandwidth")]
    [InlineData("oltp.p99 < oltp.iops", "'oltp.iops' is a rate of I/Os and the left side a time; they cannot be compared")]
    [InlineData("oltp.iops < 2 x jain(*)", "'jain(*)' is a number and the left side a rate of I/Os; they cannot be compared")]
    [InlineData("oltp.p99 < 30% of host", "the host has no 'p99'")]
    [InlineData("jain(*) > 30% of host", "'host' needs a metric")]
    [InlineData("oltp.iops > 30% of nobody", "unknown VM 'nobody'")]
    [InlineData("oltp.iops > 30% host", "'30% host' has no unit of a rate of I/Os")]
    [InlineData("oltp.iops > 1.2.3 x oltp", "'1.2.3' has no unit of a number; write a number as in 1000")]
    [InlineData("oltp.iops > -5IOPS", "'-5IOPS' is negative")]
    [InlineData("oltp.iops > ?", "'?' is not a rate of I/Os")]
    public void What_cannot_be_meant_is_an_error(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Expectation.Parse(text, _vms)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_are_not_checked_where_they_are_not_known() => Assert.Equal("x.iops > y", Expectation.Parse("x.iops > y", null).Text);

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "a", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abbd", false)]
    [InlineData("*b*", "abc", true)]
    [InlineData("a", "ab", false)]
    [InlineData("", "a", false)]
    [InlineData("*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_star_stands_for_any_letters(string pattern, string name, bool matches) =>
        Assert.Equal(matches, NamePattern.Matches(pattern, name));

    private static RunResult Run(long measuredNs) => new()
    {
        Scenario = new ScenarioSpec
        {
            Name = "test",
            DurationNs = 500_000_000,
            Host = new HostSpec
            {
                Machine = ProfileCatalog.Machine("paper"),
                Device = ProfileCatalog.Device("paper"),
                NvmSizeBytes = 1 << 30,
                Payload = PayloadKind.None,
                Policy = "plan",
                QuantumNs = 25_000,
            },
            Vms = [],
        },
        MeasuredNs = measuredNs,
        Utilisation = new HostUtilisation(0.995, 0.5, 0.25),
        Vms =
        [
            Vm("oltp", new DirectionResult(1000, 4_096_000, Latency(12_000)),
                new DirectionResult(500, 2_048_000, Latency(36_000)), 0.4) with
            {
                Use = new VmUse { HeldNs = 250_000_000, ReservationWindows = 5, ReservationMisses = 2 },
            },
            Vm("writer-1", new DirectionResult(0, 0, null), new DirectionResult(300, 1_228_800, Latency(36_000)), 0.3) with
            {
                Spec = new VmSpec { Name = "writer-1", Jobs = [], Qos = new QosSpec { Reservation = new Promise(PromiseUnit.Share, 0.1) } },
            },
            Vm("writer-2", new DirectionResult(0, 0, null), new DirectionResult(100, 409_600, Latency(12_000)), 0.2),
            Vm("hog", new DirectionResult(0, 0, null), new DirectionResult(0, 0, null), 0.1),
        ],
    };

    private static LatencySummary Latency(int mean) => mean == 36_000
        ? new(1000, mean, 30_000, 60_000, 90_000, 120_000, 300_000, 100)
        : new(1000, mean, 10_000, 20_000, 30_000, 40_000, 100_000, 100);

    private static VmResult Vm(string name, DirectionResult read, DirectionResult write, double share) => new()
    {
        Spec = new VmSpec { Name = name, Jobs = [] },
        State = VmState.Running,
        ActiveNs = 500_000_000,
        Read = read,
        Write = write,
        CoreShare = share,
        Use = new VmUse { HeldNs = 250_000_000 },
    };
}
