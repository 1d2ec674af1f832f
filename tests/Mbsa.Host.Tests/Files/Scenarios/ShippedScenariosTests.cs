using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class ShippedScenariosTests
{
    public static TheoryData<string> Files =>
        [.. Repository.Scenarios.Select(f => Path.GetRelativePath(Path.Combine(Repository.Root, "scenarios"), f))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_shipped_scenario_is_right_and_without_a_doubt(string file)
    {
        var check = ScenarioFile.Check(Path.Combine(Repository.Root, "scenarios", file));

        Assert.Empty(check.Errors);
        Assert.Empty(check.Warnings);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_shipped_scenario_says_what_it_shows_and_what_must_hold(string file)
    {
        var path = Path.Combine(Repository.Root, "scenarios", file);
        var loaded = ScenarioFile.Load(path);

        Assert.StartsWith("#", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), loaded.Spec.Name);
        Assert.NotEmpty(loaded.Spec.Description);
        Assert.NotEmpty(loaded.Expectations);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_shipped_scenario_also_runs_under_the_wall_clock(string file)
    {
        var spec = ScenarioFile.Load(Path.Combine(Repository.Root, "scenarios", file),
            new ScenarioOverrides { Clock = ClockKind.Wall }).Spec;

        Assert.Equal(PayloadKind.Full, spec.Host.Payload);
    }

    [Fact]
    public void The_noisy_neighbour_is_what_its_file_says()
    {
        var spec = ScenarioFile.Load(Path.Combine(Repository.Root, "scenarios", "noisy-neighbour.yaml")).Spec;

        Assert.Equal(10, spec.Vms.Length);
        Assert.Equal(["oltp", "writer-1", "writer-2", "writer-3", "writer-4", "writer-5", "writer-6", "writer-7", "hog-1", "hog-2"],
            spec.Vms.Select(v => v.Name));
        Assert.Equal(new AccessDistribution(DistributionKind.Zipf, 0.99), spec.Vms[0].Jobs[0].Distribution);
        Assert.Equal(IoPattern.RandWrite, spec.Vms[1].Jobs[0].Pattern);
        Assert.Equal((IoPattern.Compute, 2), (spec.Vms[9].Jobs[0].Pattern, spec.Vms[9].Jobs[0].NumJobs));
        Assert.Equal(new ScenarioEvent(1_000_000_000, "writer-3", new VmChange.Stop()), Assert.Single(spec.Events));
        Assert.Equal((8L << 30, 25_000L, "plan", PayloadKind.None),
            (spec.Host.NvmSizeBytes, spec.Host.QuantumNs, spec.Host.Policy, spec.Host.Payload));
    }
}
