using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Host.Expectations;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Report;

/// <summary>Turns what a run measured into the report programs read.</summary>
internal static class ReportBuilder
{
    /// <summary>The report of a run; the same run gives the same report.</summary>
    public static JsonReport Build(RunResult result, IEnumerable<ExpectationOutcome> expectations)
    {
        var scenario = result.Scenario;
        var places = ClusterText.Places(result);
        return new JsonReport
        {
            Scenario = scenario.Name,
            Seed = scenario.Seed,
            Clock = Words.Of(scenario.Clock),
            Policy = scenario.Host.Policy,
            DurationNs = result.MeasuredNs,
            TraceHash = result.TraceHash?.ToString("x16", CultureInfo.InvariantCulture),
            Interrupted = result.Interrupted,
            Latency = scenario.Clock == ClockKind.Virtual || scenario.Latency == LatencySampling.Every ? "every" : "sampled",
            Host = new JsonHost(
                HostUse.Hosts(scenario).Sum(host => host.Machine.Cores),
                new JsonUtilisation(result.Utilisation.Cpu, result.Utilisation.Bus, result.Utilisation.Nvm)),
            Hosts = ClusterReportBuilder.Hosts(result),
            Vms = [.. result.Vms.Select(vm => Vm(vm, result, places))],
            Windows = [.. result.Windows.Select(window => Window(window, result))],
            PowerFailures = [.. result.PowerFailures.Select(f => new JsonPowerFailure(f.AtNs, f.OutageNs, f.VmsBack, f.DisksRecovered, f.RecordsRecovered))],
            Migrations = ClusterReportBuilder.Migrations(result),
            Losses = ClusterReportBuilder.Losses(result),
            Tenants = ClusterReportBuilder.Tenants(result),
            Fairness = new JsonFairness(RunFigures.JainOverAll(result), MaxMinSlowdown: null),
            Expectations = [.. expectations.Select(e => new JsonExpectation(e.Text, e.Held, e.Measured, Finite(e.Value), Finite(e.Bound)))],
            Problems = result.Problems,
        };
    }

    private static JsonVm Vm(VmResult vm, RunResult result, IReadOnlyDictionary<string, string?> places)
    {
        var operations = vm.Read.Operations + vm.Write.Operations;
        return new JsonVm
        {
            Name = vm.Spec.Name,
            State = vm.State.Word(),
            Host = result.Cluster is null ? null : new JsonPlace(places[vm.Spec.Name]),
            Vcpus = vm.Spec.Vcpus,
            ActiveSeconds = vm.ActiveNs / 1e9,
            Ops = operations,
            Iops = RunFigures.Iops(vm),
            BandwidthBytesPerSecond = RunFigures.Bandwidth(vm),
            Read = Direction(vm.Read, vm.ActiveNs),
            Write = Direction(vm.Write, vm.ActiveNs),
            BatchLatencyNs = Latency(vm.BatchNs),
            CpuSeconds = vm.CpuNs / 1e9,
            WaitingSeconds = vm.WaitingNs / 1e9,
            ThrottledSeconds = vm.Use.ThrottledNs / 1e9,
            Qos = new JsonQos(
                Promise(vm.Spec.Qos.Reservation),
                Promise(vm.Spec.Qos.Limit),
                vm.Spec.Qos.Weight,
                vm.PlannedShare,
                vm.DominantShare(result.MeasuredNs),
                vm.Use.ReservationWindows > 0 ? vm.Use.ReservationMisses : null,
                vm.Use.ReservationWindows,
                vm.Use.ReservationJudgedNs / 1e9),
            Protection = vm.Spec.Storage is { } storage ? KnownNames.NameOf(storage.Protection) : null,
            Wear = vm.Wear is { } wear ? Wear(wear, RunFigures.EnduranceWrites(result, vm)) : null,
            Stages = vm.Stages is { } stages ? Stages(stages) : null,
            Verify = vm.BlocksVerified > 0 ? new JsonVerify(vm.BlocksVerified, vm.BlocksWrong) : null,
        };
    }

    private static JsonDirection Direction(DirectionResult direction, long activeNs) => new(
        direction.Operations,
        direction.Bytes,
        RunFigures.PerSecond(direction.Operations, activeNs),
        RunFigures.PerSecond(direction.Bytes, activeNs),
        Latency(direction.LatencyNs));

    private static JsonLatency? Latency(LatencySummary? latency) =>
        latency is { } l ? new JsonLatency(l.Min, l.Mean, l.P50, l.P95, l.P99, l.P999, l.Max) : null;

    // JSON has no infinity, and an expectation may divide by what nobody did.
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static JsonPromise? Promise(Promise? promise) => promise is { } p ? new JsonPromise(Words.Of(p.Unit), p.Value) : null;

    private static JsonWear Wear(WearResult wear, double enduranceWrites) => new(
        wear.Policy,
        wear.Writes,
        wear.ExtraWrites,
        wear.Max,
        wear.Mean,
        wear.CoefficientOfVariation,
        double.IsFinite(enduranceWrites) && enduranceWrites > 0 ? wear.Max / enduranceWrites : null);

    private static JsonStages Stages(StagesResult stages)
    {
        var means = new OrderedDictionary<string, double>(stages.MeanNs.Length);
        for (var stage = 0; stage < stages.MeanNs.Length; stage++)
        {
            means.Add(StageTable.Stubs(stage), stages.MeanNs[stage]);
        }

        return new JsonStages(stages.Requests, stages.MeanNs.Sum(), means);
    }

    private static JsonWindow Window(WindowResult window, RunResult result) =>
        new(window.StartNs, window.EndNs - window.StartNs, ByVm(window.Operations, result), ByVm(window.Shares, result));

    private static OrderedDictionary<string, T> ByVm<T>(ImmutableArray<T> values, RunResult result)
    {
        var byVm = new OrderedDictionary<string, T>(values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            byVm.Add(result.Vms[i].Spec.Name, values[i]);
        }

        return byVm;
    }
}
