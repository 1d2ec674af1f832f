using System.CommandLine;
using Mbsa.Actors.Deciding;
using Mbsa.Host.Files.Scenarios;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa check SCENARIO...</c>: every mistake of every file; a summary of the files without one.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var scenarios = new Argument<string[]>("SCENARIO") { Description = "YAML files", Arity = ArgumentArity.OneOrMore };
        var command = new Command("check", "Check scenarios without running them: every mistake, with file and line.") { scenarios };
        OptionText.RefuseOptions(scenarios, command);
        command.SetAction(parsed => Check(terminal, parsed.GetRequiredValue(scenarios)));
        return command;
    }

    private static int Check(Terminal terminal, string[] paths)
    {
        var exitCode = ExitCode.Ok;
        foreach (var path in paths)
        {
            var check = ScenarioFile.Check(path);
            foreach (var line in check.Errors.Concat(check.Warnings.Select(warning => $"warning: {warning}")))
            {
                terminal.Error.WriteLine(line);
            }

            if (!check.IsRight)
            {
                exitCode = ExitCode.BadInput;
                continue;
            }

            var spec = ScenarioFile.Load(path).Spec;
            if (StartRefusals.Of(spec.OnRealCores()) is [var first, ..] refused)
            {
                var who = refused.Length == 1 ? first.Vm : $"{refused.Length} of {spec.Vms.Length} VMs, {first.Vm} first,";
                terminal.Error.WriteLine($"warning: {path}: {who} will not be started: {first.Why}");
            }

            foreach (var line in ScenarioSummary.Lines(spec))
            {
                terminal.Lines.WriteLine(line);
            }
        }

        return exitCode;
    }
}
