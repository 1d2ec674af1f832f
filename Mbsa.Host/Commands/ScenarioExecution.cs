using Mbsa.Actors.Runs;
using Mbsa.Host.Expectations;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Page;
using Mbsa.Host.Report;
using Mbsa.Host.Report.Fio;
using Mbsa.Host.Report.Html;
using Mbsa.Host.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>One <c>mbsa run</c>, from the file to the exit code. What can be found wrong is found before anything runs.</summary>
internal sealed class ScenarioExecution(ProgramServices services, RunOptions options)
{
    private Terminal Terminal => services.Terminal;

    /// <summary>Does it all.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync()
    {
        OutputFile.RequireDifferent(("", options.Scenario), ("--json", options.JsonPath), ("--html", options.HtmlPath),
            ("--output", options.Fio is null ? null : options.FioPath));
        using var interruption = services.ListenForInterruption();
        var loaded = Load();
        foreach (var warning in loaded.Warnings)
        {
            await Terminal.Error.WriteLineAsync($"warning: {warning}").ConfigureAwait(false);
        }

        using var html = options.HtmlPath is { } page ? OutputFile.Open("--html", page, Terminal.OpenStandardOutput) : null;
        using var json = options.JsonPath is { } path ? OutputFile.Open("--json", path, Terminal.OpenStandardOutput) : null;
        using var fio = options.Fio is null ? null : OutputFile.Open("--output", options.FioPath, Terminal.OpenStandardOutput);
        var watchers = await Watchers.StartAsync(options, loaded.Spec, services.Time).ConfigureAwait(false);
        await using (watchers)
        {
            var server = watchers.Server;
            if (server is not null)
            {
                await SayAsync($"page at {server.Url}/, metrics at {server.Url}/metrics").ConfigureAwait(false);
            }

            if (await StartAsync(loaded.Spec, interruption).ConfigureAwait(false) is not { } run)
            {
                return ExitCode.Interrupted;
            }

            var result = await MeasureAsync(loaded.Spec, run, watchers, interruption).ConfigureAwait(false);
            ExpectationOutcome[] expectations = [.. loaded.Expectations.Select(e => e.Evaluate(result))];
            var report = JsonReportContext.Serialize(ReportBuilder.Build(result, expectations));
            await ShowAsync(result, expectations).ConfigureAwait(false);
            json?.Write(report);
            fio?.Write(FioReport.Serialize(result, options.Fio!.Value, services.Time.GetLocalNow()));
            var events = RunJournal.InOrder(run.Journal.Since(0), loaded.Spec.Vms);
            html?.Write(RunPage.Render(new RunRecord(result, expectations, run.Series, run.Wear(WearWatch.Cells), events)));
            if (watchers.Finish(result, report) is { } problem)
            {
                await Terminal.Error.WriteLineAsync($"warning: {problem}").ConfigureAwait(false);
            }

            if (server is not null && !interruption.IsRequested)
            {
                await SayAsync($"still serving {server.Url}/ and {server.Url}/metrics; Ctrl-C ends it").ConfigureAwait(false);
                await interruption.Requested().ConfigureAwait(false);
            }

            return ExitCodeOf(result, expectations);
        }
    }

    private LoadedScenario Load()
    {
        var loaded = services.Load(options.Scenario, options.Overrides);
        var spec = options.Latency is { } latency ? loaded.Spec with { Latency = latency } : loaded.Spec;
        spec = options.Serve is not null || options.HtmlPath is not null ? spec with { SeriesPoints = PageFeed.SeriesPoints } : spec;
        loaded = loaded with { Spec = spec with { JobFacts = options.Fio is not null } };
        return options.Cluster is null ? RealMachine.Fit(options.Scenario, loaded) : loaded;
    }

    /// <summary>Starts the run, here or in a cluster; null when somebody lost patience before it had begun.</summary>
    private async Task<IRunningScenario?> StartAsync(ScenarioSpec scenario, Interruption interruption)
    {
        if (options.Cluster is not null && scenario.Cluster is null)
        {
            throw new InputException(options.Scenario, 0,
                "this scenario has a single host and a cluster carries several; write 'hosts' in place of 'host', or leave --cluster out");
        }

        try
        {
            return options.Cluster is { } cluster
                ? await services.Cluster.SubmitAsync(scenario, cluster, interruption.Token).ConfigureAwait(false)
                : services.Start(scenario);
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return null;
        }
    }

    private async Task<RunResult> MeasureAsync(ScenarioSpec scenario, IRunningScenario run, Watchers watchers, Interruption interruption)
    {
        watchers.Watch(run, services.Time);
        await using var registration = interruption.Token.Register(run.Interrupt).ConfigureAwait(false);
        if (!options.IsSilent)
        {
            var view = new ScenarioView(scenario, run, Terminal.Out, services.Time, interruption.Token);
            await view.ShowAsync(Terminal.IsInteractive).ConfigureAwait(false);
        }

        return await run.Completion.ConfigureAwait(false);
    }

    private async Task ShowAsync(RunResult result, ExpectationOutcome[] expectations)
    {
        if (options.IsSilent)
        {
            await ComplainAsync(result, expectations).ConfigureAwait(false);
        }
        else
        {
            ResultPrinter.Print(Terminal.Out, result, expectations);
            if (options.Stages)
            {
                ResultPrinter.PrintStages(Terminal.Out, result);
            }
        }
    }

    private async Task ComplainAsync(RunResult result, ExpectationOutcome[] expectations)
    {
        foreach (var expectation in expectations.Where(e => !e.Held))
        {
            await Terminal.Error.WriteLineAsync($"failed: {ResultPrinter.Describe(expectation)}").ConfigureAwait(false);
        }

        foreach (var problem in result.Problems)
        {
            await Terminal.Error.WriteLineAsync($"problem: {problem}").ConfigureAwait(false);
        }
    }

    private static int ExitCodeOf(RunResult result, ExpectationOutcome[] expectations)
    {
        if (result.Interrupted)
        {
            return ExitCode.Interrupted;
        }

        var failedOnPurpose = result.Scenario.Events.Where(e => e.Change is VmChange.FailVcpu).Select(e => e.Vm).ToHashSet();
        var wentWell = result.MeasuredNs > 0 && expectations.All(e => e.Held)
            && result.Vms.All(vm => vm.BlocksWrong == 0 && (vm.State != VmState.Failed || failedOnPurpose.Contains(vm.Spec.Name)));
        return wentWell ? ExitCode.Ok : ExitCode.Failed;
    }

    private Task SayAsync(string line) => options.IsSilent ? Terminal.Error.WriteLineAsync(line) : Terminal.Lines.WriteLineAsync(line);
}
