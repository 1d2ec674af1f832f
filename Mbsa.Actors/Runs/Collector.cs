using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Hosts;
using Mbsa.Cores.Playing;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>Gathers what the hosts measured.</summary>
internal sealed class Collector(Situation state)
{
    private ImmutableArray<CoreUse> _before = [.. state.AllHosts.Select(_ => default(CoreUse))];

    /// <summary>What happens from now on is measured.</summary>
    public void BeginMeasuring() => _before = [.. state.AllHosts.Select(host => state.Hosts.ReportOf(host).Use)];

    /// <summary>The result, but for what only the conductor knows.</summary>
    public async Task<RunResult> CollectAsync()
    {
        var measuredNs = state.Hosts.NowNs - state.MeasuredFromNs;
        var vms = await CollectVmsAsync();
        var allNs = vms.Sum(vm => vm.CpuNs);
        ImmutableArray<ClusterHostResult> hosts = [.. state.AllHosts.Select(host => HostResult(host, measuredNs))];
        return new RunResult
        {
            Scenario = state.Scenario,
            MeasuredNs = measuredNs,
            Utilisation = hosts.Length == 1 ? hosts[0].Utilisation : Mean(hosts),
            Vms = [.. vms.Select(vm => vm with { CoreShare = allNs == 0 ? 0 : vm.CpuNs / (double)allNs })],
            EventsMissed = state.EventsMissed,
            Problems = [.. state.Problems.Lines, .. vms.SelectMany(vm => vm.Problems)],
            Cluster = new ClusterResult { Hosts = hosts, HostOfVm = [.. Enumerable.Range(0, vms.Length).Select(HostOf)] },
        };
    }

    private async Task<ImmutableArray<VmResult>> CollectVmsAsync()
    {
        var answers = await state.Hosts.DoOnAllAsync(host => [.. state.LastOn(host).Select(vm => new HostCommand.Collect(vm))]);
        var results = new VmResult?[state.Scenario.Vms.Length];
        for (var host = 0; host < answers.Length; host++)
        {
            foreach (var (vm, answer) in state.LastOn(host).Zip(answers[host]))
            {
                results[vm] = ResultOf(vm, host, answer);
            }
        }

        return [.. results.Select((result, vm) => (result ?? NotRun(vm, state.StandingsOf(vm).LastOrDefault())) with
        {
            Spec = state.Scenario.Vms[vm],
            Use = UseOf(vm),
        })];
    }

    private VmResult ResultOf(int vm, int host, HostAnswer answer) => answer switch
    {
        HostAnswer.Collected { Result: var result } => result,
        HostAnswer.Refused { Reason: var reason } => NotRun(vm, state.Hosts.StandingOf(vm, host)) with
        {
            Problems = [$"{state.NameOf(vm)}: lost: {reason}"],
        },
        _ => throw new InvalidOperationException($"{answer.GetType().Name} is no answer to {nameof(HostCommand.Collect)}"),
    };

    private VmResult NotRun(int vm, VmStanding? last) => VmResult.NotRun(state.Scenario.Vms[vm], last?.State ?? VmState.Waiting);

    /// <summary>What a VM used of all hosts it was on, as one use.</summary>
    private VmUse UseOf(int vm) => state.StandingsOf(vm).Aggregate(new VmUse(), (sum, standing) => sum + standing.Use);

    private int? HostOf(int vm) => state.Whereabouts[vm] is { Host: >= 0 and var host } ? host : null;

    private ClusterHostResult HostResult(int host, long measuredNs)
    {
        var (report, machine) = (state.Hosts.ReportOf(host), state.Cluster.Hosts[host].Host.Machine);
        var use = report.Use - _before[host];
        var utilisation = measuredNs == 0 ? new HostUtilisation(0, 0, 0) : new HostUtilisation(
            Cpu: use.BusyNs / (double)measuredNs / machine.Cores,
            Bus: use.BusBytes * 1e9 / measuredNs / machine.MemoryBandwidthBytesPerSecond,
            Nvm: use.NvmNs / measuredNs);
        var running = state.Whereabouts.RunningOn(host).Count;
        return new ClusterHostResult(state.HostName(host), utilisation, running, report.TraceHash, state.IsUp(host));
    }

    private HostUtilisation Mean(ImmutableArray<ClusterHostResult> hosts)
    {
        var cores = state.Cluster.Hosts.Select(host => (double)host.Host.Machine.Cores).ToList();
        return new HostUtilisation(
            hosts.Zip(cores, (host, weight) => host.Utilisation.Cpu * weight).Sum() / cores.Sum(),
            hosts.Average(host => host.Utilisation.Bus),
            hosts.Average(host => host.Utilisation.Nvm));
    }
}
