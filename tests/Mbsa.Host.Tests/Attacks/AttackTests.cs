using Mbsa.Actors.Runs;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Model.Results;

namespace Mbsa.Host.Tests.Attacks;

/// <summary>
/// The smallest scenarios in which a promise was once broken, each with what is right. All of it holds under the policy that promises it.
/// </summary>
public sealed class AttackTests
{
    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "Mbsa.Host.Tests", "Attacks");

    public static TheoryData<string> All =>
        [.. Directory.GetFiles(_folder, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_right_holds(string attack) => Assert.Empty(await BrokenAsync(attack));

    [Theory]
    [InlineData("blind-misses", "mclock")]
    [InlineData("large-blocks", "mclock")]
    [InlineData("mixed-sizes", "mclock")]
    [InlineData("mixed-vm-and-hog", "none")]
    [InlineData("one-more-vcpu", "mclock")]
    [InlineData("short-pause", "none")]
    [InlineData("urgent-beside-large", "none")]
    public async Task Under_a_policy_that_does_not_promise_it_it_does_not(string attack, string policy) =>
        Assert.NotEmpty(await BrokenAsync(attack, new ScenarioOverrides { Policy = policy }));

    [Fact]
    public async Task In_lockstep_less_of_the_cores_is_used_than_the_load_offers()
    {
        var loaded = Load("lockstep");
        var run = await RunAsync(loaded with { Spec = loaded.Spec with { Lockstep = true } });

        Assert.Contains(loaded.Expectations, expectation => !expectation.Evaluate(run).Held);
    }

    [Fact]
    public async Task The_quantum_says_nothing_about_percentiles_when_nobody_waits_for_a_core()
    {
        var shortQuanta = await P99OfReaderAsync(quantumNs: 5_000);
        var longQuanta = await P99OfReaderAsync(quantumNs: 5_000_000);

        Assert.InRange(longQuanta / (double)shortQuanta, 0.98, 1.02);
    }

    private static async Task<long> P99OfReaderAsync(long quantumNs)
    {
        var loaded = Load("quantum-does-nothing");
        var run = await RunAsync(loaded with { Spec = loaded.Spec with { Host = loaded.Spec.Host with { QuantumNs = quantumNs } } });
        return run.Vms.Single(vm => vm.Spec.Name == "reader").Read.LatencyNs!.P99;
    }

    private static async Task<IReadOnlyList<string>> BrokenAsync(string attack, ScenarioOverrides? overrides = null)
    {
        var loaded = Load(attack, overrides);
        var run = await RunAsync(loaded);
        var broken = loaded.Expectations.Select(expectation => expectation.Evaluate(run)).Where(outcome => !outcome.Held);
        return [.. broken.Select(outcome => $"{outcome.Text}: {outcome.Measured}")];
    }

    private static LoadedScenario Load(string attack, ScenarioOverrides? overrides = null) =>
        ScenarioFile.Load(Path.Combine(_folder, $"{attack}.yaml"), overrides);

    private static async Task<RunResult> RunAsync(LoadedScenario loaded)
    {
        var run = await ScenarioRun.Start(loaded.Spec).Completion;
        Assert.Empty(run.Problems);
        return run;
    }
}
