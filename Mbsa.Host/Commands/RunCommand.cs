using System.CommandLine;
using System.Globalization;
using Mbsa.Host.Scenarios;
using Mbsa.Host.Serving;
using Mbsa.Host.Telemetry;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa run SCENARIO</c>: its options.</summary>
internal static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Create(ProgramServices services)
    {
        var scenario = new Argument<string>("SCENARIO") { Description = "The scenario's YAML file" };
        var clock = Text("--clock", "virtual|wall", "Which clock, in place of the scenario's");
        var policy = Text("--policy", "NAME", "The QoS policy, in place of the scenario's ('mbsa policies' lists them)");
        var seed = Text("--seed", "N", "The seed, in place of the scenario's");
        var duration = Text("--duration", "T", "Length of the measured part, as in 500ms or 2s");
        var windows = Text("--windows", "T", "Put a time series into the report, in windows of this length");
        var latency = Text("--latency", "sampled|every", "Wall clock: time one I/O in 64, or every one");
        var json = Text("--json", "FILE", "Write the report to a file; '-' is standard output, and then nothing else is");
        var serve = Text("--serve", "ADDRESS", $"Serve a live page and /metrics during the run and until Ctrl-C after it [{ServeAddress.Default}]");
        var otlp = Text("--otlp", "ENDPOINT", $"Send metrics and traces to an OpenTelemetry collector, as in http://127.0.0.1:4318 [{OtlpTarget.EndpointVariable}]");
        serve.Arity = ArgumentArity.ZeroOrOne;
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print nothing but what went wrong" };
        var command = new Command("run", "Run a scenario and print what was measured. Ctrl-C ends it early and still prints it (exit code 130).")
        {
            scenario, clock, policy, seed, duration, windows, latency, json, serve, otlp, quiet,
        };
        command.SetAction(parsed => new RunSession(services, new RunOptions
        {
            Scenario = parsed.GetRequiredValue(scenario),
            Overrides = new ScenarioOverrides
            {
                Clock = Named("--clock", parsed.GetValue(clock), KnownNames.Clocks),
                Policy = parsed.GetValue(policy),
                Seed = Seed(parsed.GetValue(seed)),
                DurationNs = Time("--duration", parsed.GetValue(duration)),
                WindowNs = Time("--windows", parsed.GetValue(windows)),
            },
            Latency = Named("--latency", parsed.GetValue(latency), KnownNames.Latencies),
            JsonPath = parsed.GetValue(json),
            Otlp = OtlpTarget.Of(parsed.GetValue(otlp), services.Variable),
            Quiet = parsed.GetValue(quiet),
            Serve = parsed.GetResult(serve) is not { } result ? null
                : result.Tokens.Count == 0 ? ServeAddress.Default
                : ServeAddress.Parse(result.Tokens[0].Value),
        }).RunAsync());
        return command;
    }

    private static Option<string?> Text(string name, string value, string description) => new(name) { HelpName = value, Description = description };

    private static T? Named<T>(string option, string? text, IReadOnlyList<(string Name, T Value)> known)
        where T : struct
    {
        if (text is null)
        {
            return null;
        }

        foreach (var (name, value) in known)
        {
            if (name == text)
            {
                return value;
            }
        }

        throw new InputException($"{option}: {UnknownName.Message("name", text, [.. known.Select(k => k.Name)])}");
    }

    private static ulong? Seed(string? text) => text is null ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new InputException($"--seed: '{text}' is not a whole number from 0 to {ulong.MaxValue}");

    private static long? Time(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            var timeNs = Quantity.TimeNs(text);
            return timeNs > 0 ? timeNs : throw new InputException($"'{text}' is no time to measure; write one above 0, as in 500ms");
        }
        catch (InputException e)
        {
            throw new InputException($"{option}: {e.Message}");
        }
    }
}
