using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>A directory for one test, and scenarios in it that differ from a plain one in a line or two.</summary>
public sealed class ScratchScenario : IDisposable
{
    public const string Vm = "  - { name: a, storage: { size: 1MiB }, workload: { rw: randread } }";

    public string Folder { get; } = Directory.CreateTempSubdirectory("mbsa-scenario-").FullName;

    public string Write(string text, string name = "test.yaml")
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public ScenarioSpec Spec(string text, ScenarioOverrides? overrides = null) => ScenarioFile.Load(Write(text), overrides).Spec;

    /// <summary>The errors of a text, without the name of its file: "3: message".</summary>
    public IReadOnlyList<string> Errors(string text) => [.. ScenarioFile.Check(Write(text)).Errors.Select(WithoutFile)];

    public IReadOnlyList<string> Warnings(string text) => [.. ScenarioFile.Check(Write(text)).Warnings.Select(WithoutFile)];

    /// <summary>The errors of a scenario with these lines before its only VM, which begins on line 2 plus theirs.</summary>
    public IReadOnlyList<string> ErrorsWith(params string[] lines) => Errors(With(lines));

    public IReadOnlyList<string> ErrorsOfVm(string vm) => Errors($"duration: 1s\nvms:\n  - {{ {vm} }}\n");

    public static string With(params string[] lines) => string.Join('\n', (string[])["duration: 1s", .. lines, "vms:", Vm, ""]);

    public InputException LoadFails(string text) => Assert.Throws<InputException>(() => ScenarioFile.Load(Write(text)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string WithoutFile(string line) => line.Replace(Path.Combine(Folder, "test.yaml") + ":", "", StringComparison.Ordinal);
}
