using System.CommandLine;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>What is said of a user's mistakes.</summary>
internal static class Mistakes
{
    /// <summary>The option that every command has.</summary>
    public const string Verbose = "--verbose";

    /// <summary>A mistake of the user's as one line: with its place, or with the program's name when it has none.</summary>
    public static string Describe(InputException e) => OneLine(e.File is null ? $"mbsa: {e.Describe()}" : e.Describe());

    /// <summary>A message on one line.</summary>
    public static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>What is said of a word that a command has no use for.</summary>
    public static string Unknown(string word, Command command)
    {
        if (word.StartsWith('-'))
        {
            return UnknownName.Message("option", word, [.. command.Options.Select(o => o.Name).Append(Verbose).Distinct().Order()]);
        }

        return command.Subcommands.Count > 0
            ? UnknownName.Message("command", word, [.. command.Subcommands.Select(c => c.Name)])
            : $"one argument too many: '{word}'";
    }
}
