using System.CommandLine;
using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>Options that several commands have, and what their text means.</summary>
internal static class OptionText
{
    /// <summary>An option with a value.</summary>
    public static Option<string?> Option(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };

    /// <summary>
    /// Sees to it that an argument that takes any number of words takes no option that the command does not have for one of them.
    /// </summary>
    public static void RefuseOptions(Argument argument, Command command) => argument.Validators.Add(result =>
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal)) is { } option)
        {
            result.AddError(Mistakes.Unknown(option.Value, command));
        }
    });

    /// <summary>What a name stands for; null without one.</summary>
    /// <exception cref="InputException">It stands for nothing.</exception>
    public static T? Named<T>(string option, string? text, IReadOnlyList<(string Name, T Value)> known)
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

    /// <summary>A seed.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public static ulong? Seed(string? text) => text is null ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed
        : throw new InputException($"--seed: '{text}' is not a whole number from 0 to {ulong.MaxValue}");

    /// <summary>A time above 0, in nanoseconds.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public static long? TimeNs(string option, string? text)
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

    /// <summary>Names with commas between them, each once.</summary>
    /// <exception cref="InputException">One of them is not known, stands twice, or there are fewer than two.</exception>
    public static IReadOnlyList<string> Several(string option, string text, IReadOnlyList<string> known)
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new InputException($"{option}: {UnknownName.Message("name", unknown, known)}");
        }

        return names.Length >= 2 && names.Distinct().Count() == names.Length
            ? names
            : throw new InputException($"{option}: name at least two different ones, as in {option} {known[0]},{known[^1]}");
    }
}
