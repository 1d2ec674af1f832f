using Mbsa.Actors.Commands;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>Starts VMs where placement puts them, and what happens to them in a run.</summary>
internal sealed class VmEvents(Situation state, Migrations migrations, Leases leases)
{
    private readonly Dictionary<string, int> _places =
        state.Scenario.Vms.Select((vm, index) => (vm.Name, index)).ToDictionary(vm => vm.Name, vm => vm.index);

    private readonly List<ScenarioEvent> _postponed = [];

    private readonly Dictionary<string, int> _hosts =
        state.Cluster.Hosts.Select((host, index) => (host.Name, index)).ToDictionary(host => host.Name, host => host.index);

    /// <summary>Starts VMs, all that come to one host in one step.</summary>
    public async Task StartAsync(IEnumerable<int> vms)
    {
        var coming = state.Cluster.Hosts.Select(_ => new List<int>()).ToList();
        foreach (var vm in state.Placement.Order(vms))
        {
            var choice = state.Placement.Choose(vm, state.MayTake);
            if (choice.Host is { } host)
            {
                state.Placement.Put(vm, host);
                coming[host].Add(vm);
            }
            else
            {
                state.AddProblem(state.NameOf(vm), $"not started: {choice.WhyNot}");
            }
        }

        await leases.DecideAsync();
        var answers = await state.Hosts.DoOnAllAsync(host => [.. coming[host].Select(vm => new HostCommand.Start(vm))]);
        for (var host = 0; host < coming.Count; host++)
        {
            foreach (var (vm, answer) in coming[host].Zip(answers[host]))
            {
                TakeNote(vm, host, answer);
            }
        }

        await leases.DecideAsync();
    }

    /// <summary>Something happens to a VM; while its host has no power, as soon as that is back.</summary>
    public async Task HappenAsync(ScenarioEvent happening)
    {
        var vm = _places[happening.Vm];
        if (state.HasNoPower(vm))
        {
            _postponed.Add(happening);
            return;
        }

        switch (happening.Change)
        {
            case VmChange.Start when state.Whereabouts[vm].State == Deciding.PlaceState.Absent && state.LastHosts[vm] is null:
                await StartAsync([vm]);
                break;
            case VmChange.Stop when state.Runs(vm):
                await migrations.CancelAsync(vm, "it was stopped");
                await DoAsync(vm, new HostCommand.Stop(vm), "not stopped");
                state.Placement.Take(vm, state.Whereabouts[vm].Host);
                state.Whereabouts.Stop(vm);
                break;
            case VmChange.SetQos { Qos: var qos } when state.Runs(vm):
                await migrations.CancelAsync(vm, "its promises changed");
                if (await DoAsync(vm, new HostCommand.SetQos(vm, qos), "promises not changed"))
                {
                    state.Placement.Change(vm, qos);
                }

                break;
            case VmChange.Resize { ChildBytes: var bytes } when state.Runs(vm):
                await migrations.CancelAsync(vm, "it was resized");
                await DoAsync(vm, new HostCommand.Resize(vm, bytes), "not resized");
                break;
            case VmChange.FailVcpu { Vcpu: var vcpu } when state.Runs(vm):
                await DoAsync(vm, new HostCommand.FailVcpu(vm, vcpu), "no VCPU failed");
                break;
            case VmChange.Migrate { To: var to } when state.Runs(vm) && !migrations.IsMigrating(vm):
                await migrations.BeginAsync(vm, to is null ? null : _hosts[to]);
                break;
            default:
                var what = migrations.IsMigrating(vm) ? "migrating" : "not running";
                state.AddMissed(happening.Vm, $"the event at {happening.AtNs / 1e6} ms came when the VM was {what}");
                break;
        }
    }

    /// <summary>A host is back: what was asked of its VMs meanwhile happens now, in the order in which it was asked.</summary>
    public async Task CatchUpAsync()
    {
        var due = _postponed.Where(happening => !state.HasNoPower(_places[happening.Vm])).ToList();
        _postponed.RemoveAll(due.Contains);
        foreach (var happening in due)
        {
            await HappenAsync(happening);
        }
    }

    /// <summary>The run is over: what still waits for the power of a host will not happen.</summary>
    public void GiveUpPostponed()
    {
        foreach (var happening in _postponed)
        {
            state.AddMissed(
                happening.Vm, $"the event at {happening.AtNs / 1e6} ms came when the host had no power, and that was not back at the end");
        }

        _postponed.Clear();
    }

    /// <summary>A VM that its host gave up leaves its room to others.</summary>
    public async Task TakeNoteOfLostAsync()
    {
        foreach (var vm in _places.Values.Where(vm =>
            state.Whereabouts[vm].RunsOn is { } host && state.Hosts.StandingOf(vm, host)?.State == VmState.Failed))
        {
            await migrations.CancelAsync(vm, "it was given up");
            state.Placement.Take(vm, state.Whereabouts[vm].Host);
            state.Whereabouts.Stop(vm);
        }
    }

    private void TakeNote(int vm, int host, HostAnswer answer)
    {
        if (answer is HostAnswer.Refused { Reason: var reason })
        {
            state.Placement.Take(vm, host);
            var where = state.Cluster.Hosts.Length == 1 ? "" : $" on {state.HostName(host)}";
            state.Problems.Add(state.NameOf(vm), $"not started{where}: {reason}"); // the host has noted it
        }
        else
        {
            state.Whereabouts.Start(vm, host);
            state.LastHosts[vm] = host;
        }
    }

    private async Task<bool> DoAsync(int vm, HostCommand command, string otherwise)
    {
        switch (await state.Hosts.DoAsync(state.Whereabouts[vm].Host, command))
        {
            case HostAnswer.Refused { Reason: var reason }:
                state.AddProblem(state.NameOf(vm), $"{otherwise}: {reason}");
                return false;
            case HostAnswer.Done { Remark: { } remark }:
                state.AddProblem(state.NameOf(vm), remark);
                return true;
            default:
                return true;
        }
    }
}
