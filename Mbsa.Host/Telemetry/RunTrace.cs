using System.Diagnostics;
using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Telemetry;

/// <summary>
/// The trace of one run, made of its journal: a span for the scenario, below it one for each life of a VM and one for each plan. Spans
/// last in real time; where the scenario's clock stood is an attribute. Nothing is made when nobody collects traces.
/// </summary>
internal sealed class RunTrace : IDisposable
{
    /// <summary>Name of the source, for whoever collects.</summary>
    public const string SourceName = "Mbsa";

    private static readonly ActivitySource _source = new(SourceName);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Activity> _lives = [];
    private readonly Activity _scenario;
    private bool _ended;

    private RunTrace(Activity scenario) => _scenario = scenario;

    /// <summary>Begins the trace of a run.</summary>
    /// <returns>Null when nobody collects traces.</returns>
    public static RunTrace? Of(ScenarioSpec scenario, RunJournal journal)
    {
        if (Start("scenario", default) is not { } activity)
        {
            return null;
        }

        activity.SetTag("mbsa.scenario", scenario.Name);
        activity.SetTag("mbsa.policy", HostWords.Policies(scenario));
        activity.SetTag("mbsa.clock", Words.Of(scenario.Clock));
        activity.SetTag("mbsa.vms", scenario.Vms.Length);
        activity.SetTag("mbsa.hosts", scenario.AllHosts.Hosts.Length);
        var trace = new RunTrace(activity);
        journal.Listen(trace.Hear);
        return trace;
    }

    /// <summary>Ends the spans that are open.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _ended = true;
                foreach (var life in _lives.Values)
                {
                    life.Stop();
                }

                _scenario.Stop();
            }
        }
    }

    private static Activity? Start(string name, ActivityContext parent)
    {
        // Whoever called has nothing to do with this trace: an actor's thread must not keep the span for its own.
        var before = Activity.Current;
        var activity = _source.StartActivity(name, ActivityKind.Internal, parent);
        Activity.Current = before;
        return activity;
    }

    private void Hear(RunEvent entry)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            switch (entry)
            {
                case { Vm: { } vm, State: { } state }:
                    Live(vm, state, entry.ClockNs);
                    break;
                case { Shares: { } shares }:
                    Tell("plan", entry)?.SetTag("mbsa.shares", Describe(shares)).Stop();
                    break;
                default:
                    Tell(NameOf(entry.Kind), entry)?.SetTag("mbsa.vm", entry.Vm).Stop();
                    break;
            }
        }
    }

    private static string NameOf(RunEventKind kind) => kind switch
    {
        RunEventKind.Refusal => "refusal",
        RunEventKind.Cluster => "cluster",
        _ => "event",
    };

    /// <summary>
    /// A VM lives from the moment it runs until it has stopped, finished or failed; without power it does not. On a host it moved to it
    /// lives anew.
    /// </summary>
    private void Live(string vm, VmState state, long clockNs)
    {
        if (_lives.Remove(vm, out var life))
        {
            life.SetTag("mbsa.vm.state", state.Word()).SetTag("mbsa.clock.end_seconds", clockNs / 1e9);
            life.Stop();
        }

        if (state == VmState.Running && Start("vm", _scenario.Context) is { } begun)
        {
            _lives[vm] = begun.SetTag("mbsa.vm", vm).SetTag("mbsa.clock.start_seconds", clockNs / 1e9);
        }
    }

    private Activity? Tell(string name, RunEvent entry) =>
        Start(name, _scenario.Context)?.SetTag("mbsa.clock.seconds", entry.ClockNs / 1e9).SetTag("mbsa.text", entry.Text);

    private static string Describe(IReadOnlyDictionary<string, double> shares) => string.Join(' ', shares
        .OrderByDescending(share => share.Value)
        .ThenBy(share => share.Key, StringComparer.Ordinal)
        .Take(32)
        .Select(share => string.Create(CultureInfo.InvariantCulture, $"{share.Key}={share.Value:0.####}")));
}
