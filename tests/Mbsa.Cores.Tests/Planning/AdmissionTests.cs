using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Planning;

/// <summary>Each promise that cannot be given, and the reason people are told.</summary>
public sealed class AdmissionTests
{
    private static readonly HostCapacity _host = new(4, 1e12);

    /// <summary>Reads of 2 us on a core and 1 us of the NVM, writes of 3 us of the NVM, 4 KiB each.</summary>
    private static readonly OperationMix _read = new(new ResourceUse(500, 4, 1000), 4096),
        _write = new(new ResourceUse(750, 4, 3000), 4096);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_that_is_none_is_refused(double weight) => Assert.Contains("weight", WhyNot(new QosSpec { Weight = weight }));

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_limit_that_stops_a_vm_for_ever_is_refused(double value) =>
        Assert.Contains("for ever", WhyNot(new QosSpec { Limit = Share(value) }));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_reservation_that_is_no_amount_is_refused(double value) =>
        Assert.NotNull(WhyNot(new QosSpec { Reservation = Share(value) }));

    [Fact]
    public void A_limit_below_the_reservation_is_refused_across_units()
    {
        // 400,000 reads a second are 40 % of the NVM.
        var floor = new Promise(PromiseUnit.OperationsPerSecond, 400_000);
        Assert.Contains("40 %", WhyNot(new QosSpec { Reservation = floor, Limit = Share(0.39) }));
        Assert.Null(WhyNot(new QosSpec { Reservation = floor, Limit = Share(0.4) }));
        Assert.NotNull(WhyNot(new QosSpec
        {
            Reservation = Share(0.41),
            Limit = new Promise(PromiseUnit.BytesPerSecond, 400_000 * 4096.0),
        }));
    }

    [Fact]
    public void The_latency_class_needs_a_reservation()
    {
        Assert.Contains("latency", WhyNot(new QosSpec { LatencyNs = 1000 }));
        Assert.Contains("latency", WhyNot(new QosSpec { LatencyNs = 1000, Reservation = Share(0) }));
        Assert.Null(WhyNot(new QosSpec { LatencyNs = 1000, Reservation = Share(0.1) }));
    }

    [Theory]
    [InlineData(PromiseUnit.OperationsPerSecond)]
    [InlineData(PromiseUnit.BytesPerSecond)]
    public void A_vm_that_only_computes_is_promised_neither_operations_nor_bandwidth(PromiseUnit unit)
    {
        var hog = new AdmittedVm(0, 4, new QosSpec { Reservation = new Promise(unit, 1000) }, DeclaredUse.Computing(4));
        Assert.Contains("only computes", Admission.WhyNot(_host, [], hog));
    }

    [Fact]
    public void More_core_time_than_its_vcpus_have_is_refused()
    {
        var hog = new AdmittedVm(0, 1, new QosSpec { Reservation = Share(0.3) }, DeclaredUse.Computing(4));
        Assert.Contains("1.2 cores", Admission.WhyNot(_host, [], hog));
        Assert.Null(Admission.WhyNot(_host, [], hog with { Vcpus = 2 }));
    }

    [Fact]
    public void What_does_not_fit_beside_others_is_refused_with_the_room_that_is_left()
    {
        var other = new AdmittedVm(1, 4, new QosSpec { Reservation = Share(0.7) }, Use(_read));
        var why = Admission.WhyNot(_host, [other], new AdmittedVm(0, 4, new QosSpec { Reservation = Share(0.4) }, Use(_write)));
        Assert.Contains("NVM", why);
        Assert.Contains("30 %", why);
        Assert.Null(Admission.WhyNot(_host, [other], new AdmittedVm(0, 4, new QosSpec { Reservation = Share(0.3) }, Use(_write))));
    }

    [Fact]
    public void Different_dominant_resources_can_both_be_promised_more_than_half()
    {
        var writer = new AdmittedVm(1, 4, new QosSpec { Reservation = Share(0.7) }, Use(_write)); // 17.5 % of the cores
        Assert.Null(Admission.WhyNot(_host, [writer],
            new AdmittedVm(0, 4, new QosSpec { Reservation = Share(0.8) }, DeclaredUse.Computing(4))));
        Assert.Contains("cores", Admission.WhyNot(_host, [writer],
            new AdmittedVm(0, 4, new QosSpec { Reservation = Share(0.83) }, DeclaredUse.Computing(4))));
    }

    [Fact]
    public void The_worst_kind_of_operation_counts()
    {
        // 400,000 a second fit if all are reads, not if all are writes.
        var both = new DeclaredUse([_read, _write], new OperationMix((_read.PerOperation + _write.PerOperation) * 0.5, 4096));
        var qos = new QosSpec { Reservation = new Promise(PromiseUnit.OperationsPerSecond, 400_000) };
        Assert.Null(Admission.WhyNot(_host, [], new AdmittedVm(0, 4, qos, Use(_read))));
        Assert.Contains("NVM", Admission.WhyNot(_host, [], new AdmittedVm(0, 4, qos, both)));
    }

    private static Promise Share(double value) => new(PromiseUnit.Share, value);

    private static DeclaredUse Use(OperationMix mix) => new([mix], mix);

    private static string? WhyNot(QosSpec qos) => Admission.WhyNot(_host, [], new AdmittedVm(0, 4, qos, Use(_read)));
}
