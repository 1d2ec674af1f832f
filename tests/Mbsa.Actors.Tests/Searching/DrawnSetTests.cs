using Mbsa.Actors.Runs;
using Mbsa.Bench.Searching;
using Mbsa.Cores.Policies;
using Mbsa.Host.Files.Scenarios;

namespace Mbsa.Actors.Tests.Searching;

/// <summary>What the search draws, and the files it prints.</summary>
public sealed class DrawnSetTests
{
    private static readonly int[] _seeds = [.. Enumerable.Range(0, 400)];
    private static readonly Lazy<DrawnSet[]> _sets = new(() => [.. _seeds.Select(SetGenerator.Draw)]);

    [Fact]
    public void The_same_seed_draws_the_same_set() =>
        Assert.All(_seeds.Take(40), seed => Assert.Equal(Text(_sets.Value[seed]), Text(SetGenerator.Draw(seed))));

    [Fact]
    public void Everything_that_can_be_drawn_is_drawn()
    {
        var sets = _sets.Value;
        var vms = sets.SelectMany(set => set.Vms).ToList();
        var blocks = vms.SelectMany(vm => vm.Jobs).Where(job => !job.IsComputing).Select(job => job.BlockBytes).ToList();
        Assert.Equal((512, 16 << 20), (blocks.Min(), blocks.Max()));
        Assert.Contains(blocks, bytes => !int.IsPow2(bytes));
        Assert.All(blocks, bytes => Assert.Equal(0, bytes % 512));
        Assert.InRange(sets.Count(set => set.Host is ShippedHost), 70, 130);
        Assert.Contains(sets, set => set.ChangesAtMs.Count > 1);
        Assert.Contains(vms, vm => vm.Floor > 0);
        Assert.Contains(vms, vm => vm.Limit is not null);
        Assert.Contains(vms, vm => vm.Floor > 0 && vm.LongestPauseNs > 0);
        Assert.Contains(vms, vm => vm.Jobs.Count == 2 && vm.Jobs[1].IsComputing);
        Assert.Contains(vms, vm => vm.Jobs.Any(job => job.ThinkBlocks > 100));
    }

    [Fact]
    public void Floors_can_be_kept() => Assert.All(_sets.Value.Take(100), set => Assert.True(SetGenerator.IsKeepable(set)));

    [Fact]
    public async Task The_file_of_a_set_runs_as_the_set_does()
    {
        DrawnSet[] sets = [_sets.Value.First(set => set.Host is ShippedHost),
            _sets.Value.First(set => set.ChangesAtMs.Count > 1), .. _sets.Value.Take(10)];
        foreach (var set in sets)
        {
            var shorter = set with
            {
                DurationMs = set.DurationMs / 4,
                Vms = [.. set.Vms.Select(vm => vm with { ComesAtMs = vm.ComesAtMs / 4, GoesAtMs = vm.GoesAtMs / 4 })],
            };
            var run = SetRun.Play(shorter, QosPolicies.Default);
            var read = await ScenarioRun.Start(Read(SetYaml.Of(shorter, QosPolicies.Default)).Spec).Completion;

            Assert.NotNull(run.TraceHash);
            Assert.Equal(run.TraceHash, read.TraceHash);
        }
    }

    [Fact]
    public void The_file_of_any_set_is_right_and_has_its_promises() => Assert.All(_sets.Value, set =>
    {
        var read = Read(Text(set)).Spec;
        Assert.Equal(set.ToScenario("plan").Vms.Select(vm => vm.Qos.Weight), read.Vms.Select(vm => vm.Qos.Weight));
        Assert.Equal(set.Vms.Select(vm => vm.Floor), read.Vms.Select(vm => Math.Round(vm.Qos.Reservation?.Value ?? 0, 6)));
        Assert.Equal(set.Vms.Select(vm => vm.Limit),
            read.Vms.Select(vm => vm.Qos.Limit is { } limit ? Math.Round(limit.Value, 6) : (double?)null));
    });

    private static string Text(DrawnSet set) => SetYaml.Of(set, "plan");

    private static LoadedScenario Read(string text)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return ScenarioFile.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
