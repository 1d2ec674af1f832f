using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
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
            Policy = scenario.AllHosts.Hosts.All(host => host.Host.Policy == scenario.Host.Policy) ? scenario.Host.Policy : null,
            DurationNs = result.MeasuredNs,
            TraceHash = result.TraceHash?.ToString("x16", CultureInfo.InvariantCulture),
            Interrupted = result.Interrupted,
            Latency = scenario.Clock == ClockKind.Virtual || scenario.Latency == LatencySampling.Every ? "every" : "sampled",
            Host = new JsonHost(
                scenario.AllHosts.Hosts.Sum(host => host.Host.Machine.Cores),
                new JsonUtilisation(result.Utilisation.Cpu, result.Utilisation.Bus, result.Utilisation.Nvm)),
            Hosts = ClusterReportBuilder.Hosts(result),
            Vms = [.. result.Vms.Select(vm => Vm(vm, result, places))],
            Windows = [.. result.Windows.Select(window => Window(window, result))],
            PowerFailures =
            [
                .. result.PowerFailures.Select(failure => new JsonPowerFailure(
                    failure.AtNs, failure.OutageNs, failure.VmsBack, failure.DisksRecovered, failure.RecordsRecovered)),
            ],
            Migrations = ClusterReportBuilder.Migrations(result),
            Losses = ClusterReportBuilder.Losses(result),
            Tenants = ClusterReportBuilder.Tenants(result),
            Fairness = new JsonFairness(RunFigures.JainOverAll(result), MaxMinSlowdown: null),
            Expectations = [.. expectations.Select(e => new JsonExpectation(e.Text, e.Held, e.Measured, Finite(e.Value), Finite(e.Bound)))],
            EventsMissed = result.EventsMissed,
            Problems = result.Problems,
            Warnings = [.. Catalogue.Warnings(result)],
        };
    }

    private static JsonObject Vm(VmResult vm, RunResult result, IReadOnlyDictionary<string, string?> places)
    {
        var (spec, figures) = (vm.Spec, FigureJson.Of(vm, result));
        var json = new JsonObject { ["name"] = spec.Name, ["state"] = vm.State.Word() };
        if (result.Cluster is not null)
        {
            json["host"] = places[spec.Name];
        }

        json["vcpus"] = spec.Vcpus;
        json["active_seconds"] = vm.ActiveNs / 1e9;
        var qos = new JsonObject
        {
            ["reservation"] = Node(spec.Qos.Reservation),
            ["limit"] = Node(spec.Qos.Limit),
            ["weight"] = spec.Qos.Weight,
        };
        var (promises, wear) = (Taken(figures, "qos"), Taken(figures, "wear"));
        TakeAll(figures, json);
        TakeAll(promises!, qos);
        json["qos"] = qos;
        json["protection"] = spec.Storage is { } storage ? KnownNames.NameOf(storage.Protection) : null;
        wear?.Insert(0, "policy", vm.Wear!.Policy);
        json["wear"] = wear;
        json["stages"] = vm.Stages is { } stages ? Stages(stages) : null;
        if (JobRow.Of(vm, result) is { Count: > 0 } rows)
        {
            json["jobs"] = new JsonArray([.. rows.Select(row => row.ToJson())]);
        }

        json["verify"] = vm.BlocksVerified > 0 ? new JsonObject { ["blocks"] = vm.BlocksVerified, ["wrong"] = vm.BlocksWrong } : null;
        return json;
    }

    private static JsonObject? Taken(JsonObject from, string key)
    {
        var taken = from[key];
        from.Remove(key);
        return (JsonObject?)taken;
    }

    private static void TakeAll(JsonObject from, JsonObject to)
    {
        foreach (var (key, value) in from.ToArray())
        {
            from.Remove(key);
            to[key] = value;
        }
    }

    private static JsonObject? Node(Promise? promise) => promise is { } p
        ? new JsonObject { ["unit"] = Words.Of(p.Unit), ["value"] = p.Value } : null;

    private static JsonObject Stages(StagesResult stages)
    {
        var means = new JsonObject();
        for (var stage = 0; stage < stages.MeanNs.Length; stage++)
        {
            means.Add(StageTable.Stubs(stage), stages.MeanNs[stage]);
        }

        return new JsonObject { ["requests"] = stages.Requests, ["total_ns"] = stages.MeanNs.Sum(), ["mean_ns"] = means };
    }

    // JSON has no infinity, and an expectation may divide by what nobody did.
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

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
