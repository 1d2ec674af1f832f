using System.CommandLine;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Report.Fio;
using Mbsa.Host.Serving;
using Mbsa.Host.Telemetry;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa run SCENARIO</c>: its options.</summary>
internal static class RunCommand
{
    private static readonly (string Name, FioFormat Value)[] _fioFormats = [("json", FioFormat.Json), ("json+", FioFormat.JsonPlus)];

    public static Command Create(ProgramServices services)
    {
        var scenario = new Argument<string>("SCENARIO") { Description = "The scenario's YAML file" };
        var clock = OptionText.Option("--clock", "virtual|wall", "Which clock, in place of the scenario's");
        var policy = OptionText.Option("--policy", "NAME", "The QoS policy, in place of the scenario's ('mbsa policies' lists them)");
        var seed = OptionText.Option("--seed", "N", "The seed, in place of the scenario's");
        var duration = OptionText.Option("--duration", "T", "Length of the measured part, as in 500ms or 2s");
        var windows = OptionText.Option("--windows", "T", "Put a time series into the report, in windows of this length");
        var latencies = OptionText.Option("--latencies", "sampled|every", "Wall clock: time one I/O in 64, or every one");
        var json = OptionText.Option("--json", "FILE", "Write the report to a file; '-' is standard output, and then nothing else is");
        var format = OptionText.Option("--output-format", "json|json+",
            "Write what each job did as fio does, to standard output, and then nothing else is there");
        var output = OptionText.Option("--output", "FILE", "Write what --output-format asks for to a file");
        var html = OptionText.Option("--html", "FILE",
            "Write the report as a page that needs nothing else, to look at or to print; '-' is standard output");
        var serve = OptionText.Option("--serve", "ADDRESS",
            $"Serve a live page and /metrics during the run and until Ctrl-C after it [{ServeAddress.Default}]");
        var otlp = OptionText.Option("--otlp", "ENDPOINT",
            $"Send metrics and traces to an OpenTelemetry collector, as in http://127.0.0.1:4318 [{OtlpTarget.EndpointVariable}]");
        serve.Arity = ArgumentArity.ZeroOrOne;
        var cluster = OptionText.Option("--cluster", "ADDRESS", "Have a cluster run it: the address of one of its nodes ('mbsa node')");
        var node = new NodeOptionText();
        var stages = new Option<bool>("--stages")
        { Description = "Show where the time of an I/O went, stub by stub, on paths vhost-bio and virtio-mq" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print nothing but what went wrong" };
        var command = new Command("run",
            "Run a scenario and print what was measured. Ctrl-C ends it early and still prints it (exit code 130).")
        {
            scenario, clock, policy, seed, duration, windows, latencies, json, format, output, html, stages, serve, otlp, quiet, cluster,
        };
        node.AddTo(command);
        command.SetAction(parsed => new ScenarioExecution(services, new RunOptions
        {
            Scenario = parsed.GetRequiredValue(scenario),
            Overrides = new ScenarioOverrides
            {
                Clock = OptionText.Named("--clock", parsed.GetValue(clock), KnownNames.Clocks),
                Policy = parsed.GetValue(policy),
                Seed = OptionText.Seed(parsed.GetValue(seed)),
                DurationNs = OptionText.TimeNs("--duration", parsed.GetValue(duration)),
                WindowNs = OptionText.TimeNs("--windows", parsed.GetValue(windows)),
            },
            Latency = OptionText.Named("--latencies", parsed.GetValue(latencies), KnownNames.Latencies),
            JsonPath = parsed.GetValue(json),
            Fio = FioFormatOf(parsed.GetValue(format), parsed.GetValue(output)),
            FioPath = parsed.GetValue(output) ?? "-",
            Stages = parsed.GetValue(stages),
            HtmlPath = parsed.GetValue(html),
            Otlp = OtlpTarget.Of(parsed.GetValue(otlp), services.Variable),
            Quiet = parsed.GetValue(quiet),
            Cluster = parsed.GetValue(cluster) is { } address
                ? node.OfClient(parsed, NodeAddressText.Parse(cluster.Name, address), services.Time.GetUtcNow())
                : node.Given(parsed) is { } lone ? throw new InputException($"{lone} goes with {cluster.Name}") : null,
            Serve = parsed.GetResult(serve) is not { } result ? null
                : result.Tokens.Count == 0 ? ServeAddress.Default
                : ServeAddress.Parse(result.Tokens[0].Value),
        }).RunAsync());
        return command;
    }

    private static FioFormat? FioFormatOf(string? format, string? output) => format is null && output is not null
        ? throw new InputException("--output goes with --output-format=json or json+; Mbsa's own report is written by --json FILE")
        : OptionText.Named("--output-format", format, _fioFormats);
}
