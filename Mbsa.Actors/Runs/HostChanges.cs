using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>What happens to hosts and links in a run: loss and return, draining, adding; and the record of losses.</summary>
internal sealed class HostChanges(Situation state, Migrations migrations, Leases leases)
{
    private readonly List<HostLossResult> _losses = [];
    private readonly List<(PowerFailure Failure, int Loss)> _failures = [];
    private readonly HashSet<int> _drained = [];

    /// <summary>Every loss so far, in order.</summary>
    public ImmutableArray<HostLossResult> Losses => [.. _losses];

    /// <summary>Every failure of the only host's power so far, in order.</summary>
    public ImmutableArray<PowerFailureResult> PowerFailures => [.. _failures.Select(each => ResultOf(each.Failure, _losses[each.Loss]))];

    /// <summary>The power of the only host fails.</summary>
    /// <returns>How it comes back; null when there was none to fail.</returns>
    public async Task<HostEvent?> FailPowerAsync(PowerFailure failure)
    {
        if (!state.IsUp(0))
        {
            state.AddMissed(state.HostName(0), $"the power failure at {failure.AtNs / 1e6} ms came when the host had no power");
            return null;
        }

        _failures.Add((failure, _losses.Count));
        await LoseAsync(0);
        return new HostEvent(failure.AtNs + failure.OutageNs, 0, HostChange.Return);
    }

    /// <summary>Something happens to a host.</summary>
    public async Task HappenAsync(HostEvent happening)
    {
        var host = happening.Host;
        switch (happening.Change)
        {
            case HostChange.Add when state[host] == HostStanding.Absent:
                state[host] = HostStanding.Up;
                state.Note($"{state.HostName(host)}: added");
                break;
            case HostChange.Drain when state[host] == HostStanding.Up:
                await DrainAsync(host);
                break;
            case HostChange.Lose when state.IsUp(host):
                await LoseAsync(host);
                break;
            case HostChange.Return when state[host] == HostStanding.Lost:
                await ReturnAsync(host);
                break;
            case HostChange.LinkDown when state.Network.IsUp(host):
                await migrations.OnLinkDownAsync(host);
                state.Note($"{state.HostName(host)}: link down");
                break;
            case HostChange.LinkUp when !state.Network.IsUp(host):
                state.Network.LinkUp(host);
                state.Note($"{state.HostName(host)}: link up");
                break;
            default:
                var (standing, link) = (state[host].ToString().ToLowerInvariant(), state.Network.IsUp(host) ? "up" : "down");
                state.AddMissed(state.HostName(host), $"the event at {happening.AtNs / 1e6} ms does not fit: "
                    + $"the host is {standing}, its link {link}");
                break;
        }
    }

    private static PowerFailureResult ResultOf(PowerFailure failure, HostLossResult loss) => new(failure.AtNs, failure.OutageNs)
    {
        VmsBack = loss.VmsBack,
        DisksRecovered = loss.DisksRecovered,
        RecordsRecovered = loss.RecordsRecovered,
    };

    private async Task DrainAsync(int host)
    {
        state[host] = HostStanding.Draining;
        _drained.Add(host);
        await migrations.CancelMigrationsToAsync(host, $"{state.HostName(host)} is drained");
        var going = state.Whereabouts.RunningOn(host).Where(vm => state.Runs(vm) && !migrations.IsMigrating(vm)).ToList();
        state.Note($"{state.HostName(host)}: drained of {going.Count} VMs");
        foreach (var (vm, choice) in state.Placement.Drain(host, going, state.MayTake))
        {
            if (choice.Host is { } to)
            {
                await migrations.EnqueueAsync(vm, to);
            }
            else
            {
                state.AddProblem(state.NameOf(vm), $"stays on {state.HostName(host)} though that is drained: {choice.WhyNot}");
            }
        }
    }

    private async Task LoseAsync(int host)
    {
        await migrations.OnHostLostAsync(host);
        await state.Hosts.DoAsync(host, new HostCommand.LosePower());
        var (lost, _) = state.Whereabouts.LoseHost(host);
        state[host] = HostStanding.Lost;
        _losses.Add(new HostLossResult(host, state.Hosts.NowNs - state.MeasuredFromNs, lost.Count));
        state.Note($"{state.HostName(host)}: lost with {lost.Count} VMs");
        await leases.DecideAsync(); // also where it is back before the epoch ends: what it was told counts no more
    }

    /// <summary>Its VMs run again where they were; one that was about to migrate and stood still goes on.</summary>
    private async Task ReturnAsync(int host)
    {
        var vms = state.Whereabouts.LostWith(host);
        await leases.TakeBackAsync(host, vms);
        var answer = await state.Hosts.DoAsync(host, new HostCommand.RestorePower());
        await state.Hosts.DoAllAsync(host, [.. vms.Select(vm => new HostCommand.CancelMigration(vm))]);
        state[host] = HostStanding.Up;
        foreach (var vm in vms)
        {
            if (state.IsAlive(vm, host))
            {
                state.Whereabouts.Return(vm);
            }
            else
            {
                state.Placement.Take(vm, host);
                state.Whereabouts.Stop(vm); // what it says itself tells why
            }
        }

        var recovered = answer as HostAnswer.PowerBack;
        var loss = _losses.FindLastIndex(loss => loss.Host == host);
        _losses[loss] = _losses[loss] with
        {
            BackAtNs = state.Hosts.NowNs - state.MeasuredFromNs,
            VmsBack = recovered?.Vms ?? 0,
            DisksRecovered = recovered?.DisksRecovered ?? 0,
            RecordsRecovered = recovered?.RecordsRecovered ?? 0,
        };
        state.Note($"{state.HostName(host)}: back with {recovered?.Vms ?? 0} VMs");
        await leases.DecideAsync();
        if (_drained.Contains(host))
        {
            await DrainAsync(host);
        }
    }
}
