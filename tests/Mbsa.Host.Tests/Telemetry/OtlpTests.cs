using Mbsa.Host.Commands;
using Mbsa.Host.Telemetry;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Telemetry;

[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OtlpTests
{
    // The SDK subscribes by the Meter's name and would see the runs of tests beside this one.
    private const string Name = "Alone, as the SDK sees every Meter and every trace";

    [Fact]
    public async Task Metrics_and_spans_of_a_real_run_reach_a_collector()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Scenario) };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("run", "x.yaml", "--quiet", "--otlp", collector.Url));

        Assert.Empty(program.Errors);
        Assert.Contains("mbsa.io.operations", collector.Metrics.Keys);
        Assert.Contains("mbsa.wear.worst.ratio", collector.Metrics.Keys);
        var root = Assert.Single(collector.Spans, span => span.Name == "scenario");
        Assert.Equal("watched", root.Attributes["mbsa.scenario"]);
        Assert.All(collector.Spans.Where(span => span != root), span => Assert.Equal(root.Id, span.ParentId));
        Assert.Equal(["a", "b"], collector.Spans.Where(span => span.Name == "vm").Select(span => span.Attributes["mbsa.vm"]).Order());
        Assert.Equal("stopped", Assert.Single(collector.Spans,
            span => span.Name == "vm" && span.Attributes["mbsa.vm"] == "b").Attributes["mbsa.vm.state"]);
        Assert.Contains(collector.Spans, span => span.Name == "plan" && span.Attributes["mbsa.shares"]
            .StartsWith("a=0.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_several_hosts_each_has_metrics_of_its_own_and_moves_and_losses_are_spans()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Rack) };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("run", "x.yaml", "--quiet", "--otlp", collector.Url));

        Assert.Empty(program.Errors);
        Assert.Contains("mbsa.cluster.migrations", collector.Metrics.Keys);
        Assert.Contains("mbsa.cluster.host_up", collector.Metrics.Keys);
        Assert.Equal(
            ["a: migrated from h-1 to h-2", "h-1: back with 0 VMs", "h-1: lost with 0 VMs"],
            collector.Spans.Where(span => span.Name == "cluster").Select(span => span.Attributes["mbsa.text"]).Order());
        Assert.Equal(2, collector.Spans.Count(span => span.Name == "vm" && span.Attributes["mbsa.vm"] == "a"));
    }

    [Fact]
    public void There_is_room_for_the_series_of_every_vm_on_every_host_it_can_come_to()
    {
        using var scratch = new ScratchScenario();
        var single = scratch.Spec(Scenario);
        var rack = scratch.Spec(Rack);
        var drained = rack with { Cluster = rack.Cluster! with { Events = [new HostEvent(0, 0, HostChange.Drain)] } };

        Assert.Equal((4 * 2) + 3 + 100, OtlpExport.MaxSeries(single));
        Assert.Equal((4 * 3) + 6 + 100, OtlpExport.MaxSeries(rack)); // one move
        Assert.Equal((4 * 4) + 6 + 100, OtlpExport.MaxSeries(drained)); // not more than everybody everywhere
    }

    [Fact]
    public async Task A_collector_that_is_away_is_a_warning_and_the_run_goes_on()
    {
        using var scratch = new ScratchScenario();
        using var program = new TestProgram { Real = true, Scenario = scratch.Spec(Scenario) };

        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("run", "x.yaml", "--quiet", "--otlp", "http://127.0.0.1:9"));

        Assert.Equal("warning: metrics or traces did not reach the collector at http://127.0.0.1:9/", Assert.Single(program.Errors));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(null, "", null, null)]
    [InlineData("http://a:4318", "http://b:1", null, "http://a:4318/v1/metrics")]
    [InlineData(null, "http://b:4318/", "http/protobuf", "http://b:4318/v1/metrics")]
    [InlineData("http://a:4317", null, "grpc", "http://a:4317/")]
    public void The_option_comes_before_the_variable_and_nothing_is_sent_without_either(string? option,
        string? variable, string? protocol, string? expected) =>
        Assert.Equal(expected, OtlpTarget.Of(option,
            name => name == OtlpTarget.EndpointVariable ? variable : name == OtlpTarget.ProtocolVariable ? protocol : null)?
            .For("metrics").AbsoluteUri);

    [Theory]
    [InlineData("collector", null, "--otlp: 'collector' is not the address of a collector; write one as in http://127.0.0.1:4318")]
    [InlineData("", null, "--otlp: name the collector, as in http://127.0.0.1:4318")]
    [InlineData("http://a:1", "json", "OTEL_EXPORTER_OTLP_PROTOCOL: 'json' is not a protocol; 'http/protobuf' and 'grpc' are")]
    public void A_mistake_is_one_clear_line(string option, string? protocol, string message) =>
        Assert.Equal(message, Assert.Throws<InputException>(() =>
            OtlpTarget.Of(option, name => name == OtlpTarget.ProtocolVariable ? protocol : null)).Message);

    [Theory]
    [InlineData("x", "OTEL_EXPORTER_OTLP_HEADERS: 'x' is not a pair like key=value; several are separated by commas")]
    [InlineData("a=b,=c", "OTEL_EXPORTER_OTLP_HEADERS: '=c' is not a pair like key=value; several are separated by commas")]
    [InlineData("a=b,c=d=e", null)]
    [InlineData("", null)]
    public void Headers_are_pairs(string headers, string? error)
    {
        OtlpTarget? Target() => OtlpTarget.Of("http://127.0.0.1:4318", name => name == OtlpTarget.HeadersVariable ? headers : null);

        Assert.Equal(error, error is null ? Record.Exception(Target)?.Message : Assert.Throws<InputException>(Target).Message);
    }

    private const string Rack = """
        name: rack
        duration: 300ms
        hosts: { count: 2, machine: paper, nvm: { size: 64MiB, device: paper } }
        vms:
          - { name: a, host: h-1, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randwrite, bs: 4k } }
          - { name: b, host: h-2, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randwrite, bs: 4k } }
        events:
          - { at: 10ms, vm: a, migrate: h-2 }
          - { at: 200ms, host: h-1, power: off, for: 50ms }
        """;

    private const string Scenario = """
        name: watched
        duration: 20ms
        host: { machine: paper, nvm: { size: 64MiB, device: paper }, scheduler: { policy: fair } }
        vms:
          - { name: a, vcpus: 4, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randwrite, bs: 4k, numjobs: 4 } }
          - { name: b, vcpus: 4, storage: { path: memory-bus, size: 4MiB }, workload: { rw: randwrite, bs: 4k, numjobs: 4 } }
        events:
          - { at: 10ms, vm: b, stop: true }
        """;
}
