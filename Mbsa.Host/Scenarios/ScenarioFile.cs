using Mbsa.Host.Scenarios.Yaml;
using Mbsa.Vm;

namespace Mbsa.Host.Scenarios;

/// <summary>Scenario files, as docs/SCENARIOS.md describes them.</summary>
public static class ScenarioFile
{
    /// <summary>Reads a scenario and everything it names: profiles, fio job files.</summary>
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
            return new ScenarioReader(path, overrides ?? new ScenarioOverrides(), problems).Read(YamlFile.Read(path));
        }
        catch (InputException e)
        {
            problems.Error(e.Line, e);
            return null;
        }
    }
}
