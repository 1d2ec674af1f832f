using System.CommandLine;
using System.CommandLine.Parsing;
using Mbsa.Host.Commands;
using Mbsa.Host.Commands.Nvm;
using Mbsa.Host.Serving;
using Mbsa.Vm;

namespace Mbsa.Host;

/// <summary>The commands, and what becomes of mistakes: of the user's (a clear line, exit code 2) and of ours (one line too, 70).</summary>
internal static class CommandTree
{
    private const string Description = """
        A laboratory for storage on the memory bus: many VMs fight over one emulated NVM device.

        Begin with:  mbsa run scenarios/noisy-neighbour.yaml

        Exit codes: 0 all went well and every expectation held; 1 an expectation failed, or blocks read back were wrong;
        2 bad input; 70 a bug in mbsa; 130 interrupted by Ctrl-C (what was measured until then is printed and written).
        """;

    private static readonly Option<bool> _verbose = new(Mistakes.Verbose)
    {
        Description =
            "Say on standard error what every host is told and answers, and on a bug in mbsa where it happened (also MBSA_DEBUG=1)",
        Recursive = true,
    };

    /// <summary>Runs one command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, ProgramServices services)
    {
        try
        {
            var root = Root(services);
            // A file name may begin with '@', and no command needs more arguments than fit on a line: no response files.
            var parsed = root.Parse(ServeAddress.Disambiguate(arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
            services.Trace.IsVerbose |= parsed.GetValue(_verbose);
            if (parsed.Errors.Count > 0)
            {
                Report(parsed, services.Terminal.Error);
                return ExitCode.BadInput;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = services.Terminal.Lines,
                Error = services.Terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            }).ConfigureAwait(false);
        }
        catch (InputException e)
        {
            await services.Terminal.Error.WriteLineAsync(Mistakes.Describe(e)).ConfigureAwait(false);
            return ExitCode.BadInput;
        }
#pragma warning disable CA1031 // The last resort of the whole program: whatever it is, it becomes one line.
        catch (Exception e)
        {
#pragma warning restore CA1031
            await services.Terminal.Error.WriteLineAsync(DescribeBug(e, services.Trace.IsVerbose)).ConfigureAwait(false);
            return ExitCode.Bug;
        }
    }

    private static string DescribeBug(Exception e, bool isVerbose)
    {
        var line = $"mbsa: this is a bug in mbsa: {Mistakes.OneLine(e.Message)} ({e.GetType().Name})";
        return isVerbose ? $"{line}{Environment.NewLine}{e}" : $"{line}; --verbose shows where";
    }

    private static RootCommand Root(ProgramServices services)
    {
        var root = new RootCommand(Description)
        {
            RunCommand.Create(services),
            CompareCommand.Create(services),
            CheckCommand.Create(services.Terminal),
            NodeCommand.Create(services),
            ReproduceCommand.Create(services),
            NvmCommand.Create(services.Terminal),
            NamesCommand.Profiles(services.Terminal),
            NamesCommand.Policies(services.Terminal),
            NamesCommand.Figures(services.Terminal),
        };
        if (services.Calibration is { } calibration)
        {
            root.Add(CalibrateCommand.Create(services, calibration));
        }

        root.Add(_verbose);
        root.SetAction(_ => root.Parse("--help").Invoke(new InvocationConfiguration
        {
            Output = services.Terminal.Lines,
            Error = services.Terminal.Error,
        }));
        return root;
    }

    // A word too many explains the other errors, such as the missing command: it goes alone.
    private static void Report(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        var messages = parsed.UnmatchedTokens.Count > 0
            ? parsed.UnmatchedTokens.Take(1).Select(word => Mistakes.Unknown(word, command))
            : parsed.Errors.Select(e => e.Message);
        var help = $"mbsa {PathOf(parsed.CommandResult)}--help";
        foreach (var message in messages.Distinct())
        {
            error.WriteLine($"mbsa: {Mistakes.OneLine(message).TrimEnd('.')} ('{help}' says more)");
        }
    }

    /// <summary>"nvm child ", the way to a command below the program.</summary>
    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)}{result.Command.Name} " : "";
}
