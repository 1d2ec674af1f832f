using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mbsa.Actors.Runs;
using Mbsa.Host.Comparison;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Page;
using Mbsa.Host.Report;
using Mbsa.Host.Report.Html;
using Mbsa.Host.Watching;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa compare SCENARIO</c>: the same scenario under several policies, or over several paths, side by side.</summary>
internal static class CompareCommand
{
    public static Command Create(ProgramServices services)
    {
        var scenario = new Argument<string>("SCENARIO") { Description = "The scenario's YAML file" };
        var policies = OptionText.Option("--policies", "A,B,...", $"QoS policies to compare [{string.Join(',', KnownNames.Policies)}]");
        var paths = OptionText.Option("--paths", "A,B,...", "Paths to compare: each for every VM that has storage");
        var clock = OptionText.Option("--clock", "virtual|wall", "Which clock, in place of the scenario's");
        var seed = OptionText.Option("--seed", "N", "The seed, in place of the scenario's");
        var duration = OptionText.Option("--duration", "T", "Length of the measured part, as in 500ms or 2s");
        var json = OptionText.Option("--json", "FILE",
            "Write all reports to a file, by name; '-' is standard output, and then nothing else is");
        var html = OptionText.Option("--html", "FILE", "Write what came of it as a page that needs nothing else, to look at or to print");
        var command = new Command(
            "compare",
            "Run a scenario under several policies or over several paths and print what each VM got, side by side. "
            + "Exit code 0 also when expectations failed: the table counts those that held, and some contenders are meant to fail.")
        {
            scenario, policies, paths, clock, seed, duration, json, html,
        };
        command.SetAction(parsed => RunAsync(
            services,
            parsed.GetRequiredValue(scenario),
            Ways(parsed.GetValue(policies), parsed.GetValue(paths)),
            new ScenarioOverrides
            {
                Clock = OptionText.Named("--clock", parsed.GetValue(clock), KnownNames.Clocks),
                Seed = OptionText.Seed(parsed.GetValue(seed)),
                DurationNs = OptionText.TimeNs("--duration", parsed.GetValue(duration)),
            },
            parsed.GetValue(json),
            parsed.GetValue(html)));
        return command;
    }

    /// <summary>What is to be compared: a name, and what it changes.</summary>
    private static IReadOnlyList<(string Name, Func<ScenarioOverrides, ScenarioOverrides> Change)> Ways(string? policies, string? paths)
    {
        if (policies is not null && paths is not null)
        {
            throw new InputException("--policies and --paths: compare one or the other");
        }

        return paths is not null
            ? [.. OptionText.Several("--paths", paths, [.. KnownNames.Paths.Select(path => path.Name)])
                .Select(name => (name, ByPath(name)))]
            : [.. (policies is null ? KnownNames.Policies : OptionText.Several("--policies", policies, KnownNames.Policies))
                .Select(name => (name, ByPolicy(name)))];

        static Func<ScenarioOverrides, ScenarioOverrides> ByPolicy(string name) => overrides => overrides with { Policy = name };
        static Func<ScenarioOverrides, ScenarioOverrides> ByPath(string name) =>
            overrides => overrides with { Path = KnownNames.Paths.First(path => path.Name == name).Value };
    }

    private static async Task<int> RunAsync(
        ProgramServices services, string scenario, IReadOnlyList<(string Name, Func<ScenarioOverrides, ScenarioOverrides> Change)> ways,
        ScenarioOverrides overrides, string? jsonPath, string? htmlPath)
    {
        var terminal = services.Terminal;
        OutputFile.RequireDifferent(("", scenario), ("--json", jsonPath), ("--html", htmlPath));
        using var interruption = services.ListenForInterruption();
        // All are read before the first one runs: a mistake is not found after minutes.
        var loaded = ways.Select(way =>
            (way.Name, Scenario: RealMachine.Fit(scenario, services.Load(scenario, way.Change(overrides))))).ToList();
        await TellAsync(terminal, "warning", loaded.SelectMany(way => way.Scenario.Warnings).Distinct()).ConfigureAwait(false);
        using var json = jsonPath is null ? null : OutputFile.Open("--json", jsonPath, terminal.OpenStandardOutput);
        using var html = htmlPath is null ? null : OutputFile.Open("--html", htmlPath, terminal.OpenStandardOutput);
        var isSilent = jsonPath == "-" || htmlPath == "-";
        var (contenders, records) = (new List<Contender>(), new List<RunRecord>());
        foreach (var (name, way) in loaded)
        {
            var spec = html is null ? way.Spec : way.Spec with { SeriesPoints = PageFeed.SeriesPoints };
            if (TryStart(services, spec, interruption) is not { } run)
            {
                break;
            }

            await using var registration = interruption.Token.Register(run.Interrupt).ConfigureAwait(false);
            if (!isSilent)
            {
                await new ScenarioView(way.Spec, run, terminal.Out, services.Time, interruption.Token)
                    .ShowAsync(terminal.IsInteractive).ConfigureAwait(false);
            }

            var result = await run.Completion.ConfigureAwait(false);
            var contender = new Contender(name, result, [.. way.Expectations.Select(e => e.Evaluate(result))]);
            contenders.Add(contender);
            records.Add(new RunRecord(result, contender.Expectations, run.Series, DeviceWear.None, []));
            await terminal.Error.WriteLineAsync($"{name}: {Readable.Length(result.MeasuredNs)} "
                + $"measured in {Readable.Duration(result.ElapsedSeconds * 1e9)}").ConfigureAwait(false);
            await TellAsync(terminal, $"problem: {name}", result.Problems).ConfigureAwait(false);
            if (interruption.IsRequested)
            {
                break;
            }
        }

        if (contenders.Count == 0)
        {
            return ExitCode.Interrupted; // nothing ran, so there is nothing to compare
        }

        json?.Write(Bytes(contenders));
        html?.Write(ComparisonPage.Render(contenders, records));
        if (!isSilent)
        {
            ComparisonTable.Write(terminal.Out, contenders);
        }

        return interruption.IsRequested ? ExitCode.Interrupted : ExitCode.Ok;
    }

    /// <returns>Null when it was interrupted before it ran.</returns>
    private static IRunningScenario? TryStart(ProgramServices services, ScenarioSpec spec, Interruption interruption)
    {
        try
        {
            interruption.Token.ThrowIfCancellationRequested();
            return services.Start(spec);
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return null;
        }
    }

    private static async Task TellAsync(Terminal terminal, string kind, IEnumerable<string> messages)
    {
        foreach (var message in messages)
        {
            await terminal.Error.WriteLineAsync($"{kind}: {message}").ConfigureAwait(false);
        }
    }

    private static byte[] Bytes(List<Contender> contenders)
    {
        var reports = new JsonObject(contenders.Select(c => KeyValuePair.Create(
            c.Name, JsonNode.Parse(JsonReportContext.Serialize(ReportBuilder.Build(c.Result, c.Expectations))))));
        return [.. JsonSerializer.SerializeToUtf8Bytes(new JsonObject
            { ["scenario"] = contenders[0].Result.Scenario.Name, ["reports"] = reports }, _indented), (byte)'\n'];
    }

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };
}
