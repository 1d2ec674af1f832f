using System.Globalization;
using Mbsa.Vm;

namespace Mbsa.Bench;

/// <summary>What the command line asks for; null leaves a command's own choice.</summary>
internal sealed record BenchOptions
{
    /// <summary>Length of one measurement, of a search the whole, in seconds of real time.</summary>
    public double? Seconds { get; init; }

    /// <summary>Measurements per figure.</summary>
    public int? Repetitions { get; init; }

    /// <summary>A machine profile to predict with, instead of calibrating.</summary>
    public string? Profile { get; init; }

    /// <summary>Sets that a search draws.</summary>
    public int? Sets { get; init; }

    /// <summary>The first of their seeds.</summary>
    public int? Seed { get; init; }

    /// <summary>The policy that is searched.</summary>
    public string? Policy { get; init; }

    /// <summary>Reads the words after the command.</summary>
    /// <exception cref="InputException">An option is unknown, lacks its value, or the value is no such number.</exception>
    public static BenchOptions Parse(ReadOnlySpan<string> words)
    {
        var options = new BenchOptions();
        for (var i = 0; i < words.Length; i += 2)
        {
            var value = i + 1 < words.Length ? words[i + 1] : throw new InputException($"'{words[i]}' needs a value");
            options = words[i] switch
            {
                "--seconds" => options with { Seconds = Number(words[i], value, least: 0.01, most: 86_400) },
                "--repetitions" => options with { Repetitions = (int)Number(words[i], value, least: 1, most: 1000) },
                "--profile" => options with { Profile = value },
                "--sets" => options with { Sets = (int)Number(words[i], value, least: 1, most: 10_000_000) },
                "--seed" => options with { Seed = (int)Number(words[i], value, least: 0, most: 1_000_000_000) },
                "--policy" => options with { Policy = value },
                _ => throw new InputException(
                    $"unknown option '{words[i]}'; known are --seconds, --repetitions, --profile, --sets, --seed and --policy"),
            };
        }

        return options;
    }

    private static double Number(string option, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new InputException($"'{option} {text}': a number from {least} to {most} was expected");
}
