using Mbsa.Actors.Commands;
using Mbsa.Actors.Vms;
using Mbsa.Actors.Wire;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Tests.Vms;

/// <summary>The life of a VM on one host, and what it refuses when.</summary>
public sealed class VmPhaseTests
{
    private static readonly Dictionary<VmStage, VmPhase> _phases = new()
    {
        [VmStage.Expected] = VmPhase.Expected,
        [VmStage.Starting] = VmPhase.Starting,
        [VmStage.Running] = VmPhase.Starting.Attach(),
        [VmStage.Migrating] = VmPhase.Starting.Attach().BeginMigration(),
        [VmStage.Pausing] = VmPhase.Starting.Attach().BeginMigration().Pause(),
        [VmStage.Paused] = VmPhase.Starting.Attach().BeginMigration().Pause().Seal(),
        [VmStage.Dark] = VmPhase.Starting.Attach().LosePower(),
        [VmStage.PausedDark] = VmPhase.Starting.Attach().BeginMigration().Pause().Seal().LosePower(),
        [VmStage.Ending] = VmPhase.Starting.Attach().End(VmState.Failed, "given up"),
    };

    private static readonly Dictionary<string, (Func<VmPhase, VmPhase> Step, Dictionary<VmStage, VmStage> Ways)> _steps = new()
    {
        ["attach"] = (phase => phase.Attach(), new() { [VmStage.Starting] = VmStage.Running }),
        ["begin"] = (phase => phase.BeginMigration(), new()
        {
            [VmStage.Running] = VmStage.Migrating,
            [VmStage.Migrating] = VmStage.Migrating,
        }),
        ["cancel"] = (phase => phase.CancelMigration(), new()
        {
            [VmStage.Running] = VmStage.Running,
            [VmStage.Migrating] = VmStage.Running,
        }),
        ["pause"] = (phase => phase.Pause(), new() { [VmStage.Migrating] = VmStage.Pausing }),
        ["seal"] = (phase => phase.Seal(), new() { [VmStage.Pausing] = VmStage.Paused }),
        ["go on"] = (phase => phase.GoOn(), new() { [VmStage.Expected] = VmStage.Starting, [VmStage.Paused] = VmStage.Starting }),
        ["power back"] = (phase => phase.RestorePower(), new()
        {
            [VmStage.Dark] = VmStage.Starting,
            [VmStage.PausedDark] = VmStage.Paused,
        }),
        ["power lost"] = (phase => phase.LosePower(), new()
        {
            [VmStage.Starting] = VmStage.Dark,
            [VmStage.Running] = VmStage.Dark,
            [VmStage.Migrating] = VmStage.Dark,
            [VmStage.Pausing] = VmStage.Dark,
            [VmStage.Paused] = VmStage.PausedDark,
        }),
    };

    public static TheoryData<string> Steps => [.. _steps.Keys];

    [Fact]
    public void Every_phase_can_be_reached() =>
        Assert.All(Enum.GetValues<VmStage>(), stage => Assert.Equal(stage, _phases[stage].Stage));

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_leads_where_the_diagram_says_and_throws_from_anywhere_else(string name)
    {
        var (step, ways) = _steps[name];
        foreach (var (stage, phase) in _phases)
        {
            if (ways.TryGetValue(stage, out var to))
            {
                Assert.Equal(to, step(phase).Stage);
            }
            else
            {
                var refused = Assert.Throws<InvalidOperationException>(() => step(phase));
                Assert.Contains(stage.ToString(), refused.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(VmStage.Expected, "not here yet", "not here yet", "not here yet")]
    [InlineData(VmStage.Starting, "not started", "not started", "not started")]
    [InlineData(VmStage.Running, null, "not begun", null)]
    [InlineData(VmStage.Migrating, null, null, null)]
    [InlineData(VmStage.Pausing, "about to be paused", "about to be paused", "about to be paused")]
    [InlineData(VmStage.Paused, "it is paused", "it is paused", null)]
    [InlineData(VmStage.Dark, "no power", "no power", "no power")]
    [InlineData(VmStage.PausedDark, "no power", "no power", "no power")]
    [InlineData(VmStage.Ending, "it has ended: given up", "it has ended: given up", "it has ended: given up")]
    internal void Steps_of_a_migration_are_refused_with_the_reason(VmStage stage, string? begin, string? goOn, string? cancel)
    {
        var phase = _phases[stage];
        AssertRefuses(begin, phase, new HostCommand.BeginMigration(0));
        AssertRefuses(goOn, phase, new HostCommand.NextRound(0));
        AssertRefuses(goOn, phase, new HostCommand.Pause(0));
        AssertRefuses(cancel, phase, new HostCommand.CancelMigration(0));
        AssertRefuses(stage == VmStage.Expected ? null : "not prepared", phase, new HostCommand.Resume(0, new Blob([]), 0));
    }

    [Fact]
    public void What_every_vm_does_is_refused_in_no_phase()
    {
        HostCommand[] commands =
        [
            new HostCommand.Stop(0), new HostCommand.Forget(0), new HostCommand.LosePower(), new HostCommand.Measure(0),
            new HostCommand.Collect(0), new HostCommand.FailVcpu(0, 0), new HostCommand.SetQos(0, QosSpec.BestEffort),
        ];
        Assert.All(_phases.Values, phase => Assert.All(commands, command => Assert.Null(phase.WhyNot(command))));
    }

    [Fact]
    public void Only_who_competed_for_cores_has_run_here()
    {
        Assert.False(VmPhase.Starting.End(VmState.Stopped, "").HasRun);
        Assert.False(VmPhase.Expected.GoOn().HasRun);
        Assert.True(VmPhase.Expected.GoOn().Attach().HasRun);
        Assert.True(_phases[VmStage.Paused].GoOn().End(VmState.Failed, "").HasRun); // it did before it was paused
        Assert.True(_phases[VmStage.Dark].RestorePower().End(VmState.Failed, "").HasRun);
    }

    [Fact]
    public void Of_a_vm_that_is_elsewhere_nothing_shows_and_the_first_reason_to_end_stays()
    {
        Assert.Equal(VmState.Stopped, VmPhase.Starting.End(VmState.Stopped, "").EndsAs);
        Assert.Null(_phases[VmStage.Paused].End(null, "").EndsAs);
        Assert.Null(VmPhase.Expected.End(VmState.Stopped, "").EndsAs);
        var ending = _phases[VmStage.Ending].End(VmState.Stopped, "it was stopped");
        Assert.Equal((VmState.Failed, "given up"), (ending.EndsAs, ending.WhyEnding));
        Assert.Equal((null, "given up"), (ending.End(null, "").EndsAs, ending.End(null, "").WhyEnding));
    }

    [Fact]
    public void Power_is_missing_in_the_dark_only() => Assert.All(_phases, phase =>
        Assert.Equal(phase.Key is not (VmStage.Dark or VmStage.PausedDark), phase.Value.HasPower));

    private static void AssertRefuses(string? why, VmPhase phase, HostCommand command)
    {
        if (why is null)
        {
            Assert.Null(phase.WhyNot(command));
        }
        else
        {
            Assert.Contains(why, phase.WhyNot(command), StringComparison.Ordinal);
        }
    }
}
