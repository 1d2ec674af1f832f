namespace Mbsa.Metrics.Tests;

public class PrometheusNamesTests
{
    [Theory]
    [InlineData("mbsa.io.operations", "{operation}", PrometheusKind.Counter, "mbsa_io_operations_total")]
    [InlineData("mbsa.io.bytes", "By", PrometheusKind.Counter, "mbsa_io_bytes_total")]
    [InlineData("mbsa.cpu.time", "s", PrometheusKind.Counter, "mbsa_cpu_time_seconds_total")]
    [InlineData("mbsa.vms.running", "{vm}", PrometheusKind.Gauge, "mbsa_vms_running")]
    [InlineData("mbsa.nvm.allocated", "By", PrometheusKind.Gauge, "mbsa_nvm_allocated_bytes")]
    [InlineData("mbsa.io.latency", "s", PrometheusKind.Histogram, "mbsa_io_latency_seconds")]
    [InlineData("mbsa.share.planned", "1", PrometheusKind.Gauge, "mbsa_share_planned_ratio")]
    [InlineData("mbsa.share.planned.ratio", "1", PrometheusKind.Gauge, "mbsa_share_planned_ratio")]
    [InlineData("mbsa.restarts", "1", PrometheusKind.Counter, "mbsa_restarts_total")]
    [InlineData("mbsa.restarts.total", null, PrometheusKind.Counter, "mbsa_restarts_total")]
    [InlineData("mbsa.bytes.total", "By", PrometheusKind.Counter, "mbsa_bytes_total")]
    [InlineData("mbsa.migration.rate", "By/s", PrometheusKind.Gauge, "mbsa_migration_rate_bytes_per_second")]
    [InlineData("mbsa.quanta.rate", "{quantum}/s", PrometheusKind.Gauge, "mbsa_quanta_rate_per_second")]
    [InlineData("mbsa.disk.wear", "%", PrometheusKind.Gauge, "mbsa_disk_wear_percent")]
    [InlineData("mbsa.disk.erase_unit", "furlong", PrometheusKind.Gauge, "mbsa_disk_erase_unit_furlong")]
    [InlineData("mbsa..a-b  c", "", PrometheusKind.Gauge, "mbsa_a_b_c")]
    [InlineData("9lives", null, PrometheusKind.Gauge, "_lives")]
    public void An_instrument_is_named_as_open_telemetry_names_it(string instrument, string? unit, PrometheusKind kind, string expected) =>
        Assert.Equal(expected, PrometheusNames.Metric(instrument, unit, kind));

    [Theory]
    [InlineData("vm", "vm")]
    [InlineData("service.name", "service_name")]
    [InlineData("__reserved", "_reserved")]
    [InlineData("größe", "gr_e")]
    [InlineData("", "_")]
    public void A_label_has_only_letters_digits_and_single_underscores(string tag, string expected) =>
        Assert.Equal(expected, PrometheusNames.Label(tag));
}
