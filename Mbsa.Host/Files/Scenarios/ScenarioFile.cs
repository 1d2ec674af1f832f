using Mbsa.Host.Files.Yaml;
using Mbsa.Vm;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Scenario files, as docs/SCENARIOS.md describes them.</summary>
public static class ScenarioFile
{
    /// <summary>Reads a scenario and everything it names: profiles, fio job files. A fio job file is a scenario too.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="overrides">What the command line sets instead.</param>
    /// <exception cref="InputException">Something is wrong: the first of the errors, and how many there are.</exception>
    public static LoadedScenario Load(string path, ScenarioOverrides? overrides = null)
    {
        var problems = new Problems(path);
        var scenario = Read(path, overrides, problems);
        problems.ThrowIfAny();
        return scenario! with { Warnings = problems.Warnings };
    }

    /// <summary>Reads a scenario only to say what is wrong with it: all of it, not just the first.</summary>
    /// <param name="path">The file as the user named it.</param>
    /// <param name="overrides">What the command line sets instead.</param>
    public static ScenarioCheck Check(string path, ScenarioOverrides? overrides = null)
    {
        var problems = new Problems(path);
        Read(path, overrides, problems);
        return new ScenarioCheck([.. problems.Errors.Select(e => e.Describe())], problems.Warnings);
    }

    private static LoadedScenario? Read(string path, ScenarioOverrides? overrides, Problems problems)
    {
        try
        {
            var text = YamlFile.ReadText(path);
            var root = IsFioJobFile(path, text) ? FioScenario.Of(path) : YamlFile.Parse(path, text);
            return new ScenarioReader(path, overrides ?? new ScenarioOverrides(), problems).Read(root);
        }
        catch (InputException e)
        {
            problems.Error(e.Line, e);
            return null;
        }
    }

    /// <summary>
    /// Whoever comes from fio gives the program what he has. A scenario is a mapping, so its first line is never <c>[name]</c>.
    /// </summary>
    private static bool IsFioJobFile(string path, string text)
    {
        var first = text.Split('\n').Select(line => line.Trim())
            .FirstOrDefault(line => line.Length > 0 && line[0] is not ('#' or ';')) ?? "";
        return path.EndsWith(".fio", StringComparison.OrdinalIgnoreCase)
            || (first.StartsWith('[') && first.EndsWith(']') && !first.Contains(',', StringComparison.Ordinal));
    }
}
