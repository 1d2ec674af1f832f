using Mbsa.Host.Figures;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Figures;

public sealed class RunFiguresTests
{
    [Fact]
    public void Equal_vms_are_judged_by_themselves()
    {
        var result = Sample.Result(Sample.Scenario(
            Sample.Vm("oltp", IoPattern.RandRead), Sample.Vm("writer-1", IoPattern.Write), Sample.Vm("writer-2", IoPattern.Write)));

        Assert.Equal([("writer-*", 1.0)], RunFigures.JainByGroup(result));
    }

    [Fact]
    public void One_that_an_event_stops_is_not_the_equal_of_the_others()
    {
        var scenario = Sample.Scenario(Sample.Vm("w-1", IoPattern.Write),
            Sample.Vm("w-2", IoPattern.Write), Sample.Vm("w-3", IoPattern.Write));
        var result = Sample.Result(scenario with { Events = [new ScenarioEvent(1, "w-2", new VmChange.Stop())] });
        var stopped = result with { Vms = result.Vms.SetItem(1, result.Vms[1] with { Write = new DirectionResult(0, 0, null) }) };

        Assert.Equal([("w-*", 1.0)], RunFigures.JainByGroup(stopped));
    }

    [Fact]
    public void Vms_that_all_differ_are_judged_together_and_hogs_not_at_all()
    {
        var result = Sample.Result(Sample.Scenario(
            Sample.Vm("a", IoPattern.Write), Sample.Vm("b", IoPattern.Write, vcpus: 2), Sample.Vm("hog", IoPattern.Compute)));
        var half = result with { Vms = result.Vms.SetItem(1, result.Vms[1] with { Write = new DirectionResult(0, 0, null) }) };

        Assert.Equal([("all", 0.5)], RunFigures.JainByGroup(half));
    }

    [Fact]
    public void One_vm_alone_is_neither_fair_nor_unfair()
    {
        var result = Sample.Result(Sample.Scenario(Sample.Vm("a", IoPattern.Write)));

        Assert.Empty(RunFigures.JainByGroup(result));
        Assert.Null(RunFigures.JainOverAll(result));
    }
}
