using System.Collections.Immutable;
using Mbsa.Actors.Deciding;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The migrations of a run: who migrates, who waits for its turn, and what becomes of them when time passes, a host is lost or a link goes
/// down. Until it is switched a VM lives where it was, and a migration that cannot be ended leaves it there.
/// </summary>
internal sealed class Migrations(Situation state, Leases leases)
{
    /// <summary>
    /// VMs that leave one host at a time; more would only slow each other down. As KubeVirt's default, parallelOutboundMigrationsPerNode.
    /// </summary>
    private const int AtOnce = 2;

    private readonly List<(int Vm, int To)> _waiting = [];
    private readonly SortedDictionary<int, Migration> _underWay = [];
    private readonly List<MigrationResult> _ended = [];

    /// <summary>When something happens to a migration next, on the scenario's clock.</summary>
    public long NextNs => Math.Min(
        state.Network.NextCompletionNs,
        _underWay.Values.Where(one => one.HasArrived).Select(one => one.NotBeforeNs).DefaultIfEmpty(long.MaxValue).Min());

    /// <summary>Every migration so far in the order they began; those under way as they stand.</summary>
    public ImmutableArray<MigrationResult> Results =>
    [
        .. _ended.Concat(_underWay.Values.Select(one => one.Course.Now(state.Hosts.NowNs)))
            .OrderBy(result => result.StartNs).ThenBy(result => result.Vm),
    ];

    /// <summary>Whether any VM migrates or waits to.</summary>
    public bool AreUnderWay => _underWay.Count + _waiting.Count > 0;

    /// <summary>Whether a VM migrates or waits to.</summary>
    public bool IsMigrating(int vm) => _underWay.ContainsKey(vm) || _waiting.Exists(w => w.Vm == vm);

    /// <summary>A VM shall migrate.</summary>
    /// <param name="vm">The VM, which runs.</param>
    /// <param name="to">The host; null for wherever there is room.</param>
    public async Task BeginAsync(int vm, int? to)
    {
        var from = state.Whereabouts[vm].RunsOn!.Value;
        var choice = to is { } asked ? Asked(vm, asked) : state.Placement.Choose(vm, host => host != from && state.MayTake(host));
        if (choice.Host is not { } target || target == from)
        {
            state.AddProblem(state.NameOf(vm), $"not migrated: {choice.WhyNot ?? "it is there already"}");
            return;
        }

        state.Placement.Put(vm, target);
        await EnqueueAsync(vm, target);
    }

    /// <summary>A VM shall migrate to a host that keeps room for it.</summary>
    public async Task EnqueueAsync(int vm, int to)
    {
        _waiting.Add((vm, to));
        await StartWaitingAsync();
    }

    /// <summary>Time has passed: what has arrived is put down, and the next round goes.</summary>
    public async Task OnTimeAsync()
    {
        foreach (var completed in state.Network.AdvanceTo(state.Hosts.NowNs))
        {
            var migration = _underWay[(int)completed.Id];
            if (migration.Course.IsStopped)
            {
                migration.HasArrived = true;
            }
            else
            {
                await GoOnAsync(migration, await migration.EndRoundAsync());
            }
        }

        foreach (var migration in _underWay.Values.Where(one => one.HasArrived && one.NotBeforeNs <= state.Hosts.NowNs).ToList())
        {
            await SwitchAsync(migration);
        }

        await StartWaitingAsync();
    }

    /// <summary>A VM stays where it is, if it was about to migrate.</summary>
    public async Task CancelAsync(int vm, string why)
    {
        if (_waiting.FindIndex(w => w.Vm == vm) is >= 0 and var waiting)
        {
            var to = _waiting[waiting].To;
            _waiting.RemoveAt(waiting);
            state.Placement.Take(vm, to);
            End(new Migration(state, vm, state.Whereabouts[vm].Host, to).Course.Cancel(state.Hosts.NowNs, why));
        }
        else if (_underWay.TryGetValue(vm, out var migration))
        {
            await CancelAsync(migration, why, state.Network.Cancel(vm) ?? 0);
        }
    }

    /// <summary>A host is about to be lost: who was leaving it or coming to it stays where it is.</summary>
    public async Task OnHostLostAsync(int host)
    {
        foreach (var (vm, _) in _waiting.Where(w => w.To == host || state.Whereabouts[w.Vm].Host == host).ToList())
        {
            await CancelAsync(vm, $"{state.HostName(host)} was lost");
        }

        foreach (var migration in _underWay.Values.Where(one => one.Touches(host)).ToList())
        {
            await CancelAsync(migration, $"{state.HostName(host)} was lost", state.Network.Cancel(migration.Vm) ?? 0, host);
        }
    }

    /// <summary>The link of a host goes down: nothing goes over it.</summary>
    public async Task OnLinkDownAsync(int host)
    {
        var why = $"the link of {state.HostName(host)} went down";
        foreach (var broken in state.Network.LinkDown(host))
        {
            await CancelAsync(_underWay[(int)broken.Id], why, broken.SentBytes);
        }

        foreach (var migration in _underWay.Values.Where(one => one.HasArrived && one.Touches(host)).ToList())
        {
            await CancelAsync(migration, why, migration.RoundBytes);
        }
    }

    /// <summary>Who is about to come to a host stays where it is.</summary>
    public async Task CancelMigrationsToAsync(int host, string why)
    {
        var waiting = _waiting.Where(w => w.To == host).Select(w => w.Vm);
        foreach (var vm in waiting.Concat(_underWay.Values.Where(one => one.To == host).Select(one => one.Vm)).ToList())
        {
            await CancelAsync(vm, why);
        }
    }

    private PlacementChoice Asked(int vm, int host)
    {
        var why = state.MayTake(host) ? state.Placement.WhyNot(vm, host) : $"{state.HostName(host)} takes no VMs now";
        return why is null ? new PlacementChoice(host, null) : new PlacementChoice(null, why);
    }

    private async Task StartWaitingAsync()
    {
        for (var i = 0; i < _waiting.Count;)
        {
            var (vm, to) = _waiting[i];
            var from = state.Whereabouts[vm].Host;
            if (_underWay.Values.Count(one => one.From == from) >= AtOnce)
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            await StartAsync(new Migration(state, vm, from, to));
        }
    }

    private async Task StartAsync(Migration migration)
    {
        var why = !state.Runs(migration.Vm) ? "it does not run any more"
            : !state.MayTake(migration.To) ? $"{state.HostName(migration.To)} takes no VMs now"
            : null;
        if (why is null)
        {
            await leases.DecideAsync();
            why = (await migration.PrepareAsync())?.Why;
        }

        if (why is not null)
        {
            state.Placement.Take(migration.Vm, migration.To);
            End(migration.Course.Cancel(state.Hosts.NowNs, why));
            return;
        }

        state.Whereabouts.BeginMigration(migration.Vm, migration.To);
        _underWay.Add(migration.Vm, migration);
        await GoOnAsync(migration, await migration.BeginAsync());
    }

    /// <summary>The one moment at which a VM changes its host.</summary>
    private async Task SwitchAsync(Migration migration)
    {
        var failure = await migration.SwitchAsync();
        await GoOnAsync(migration, failure);
        if (failure is null)
        {
            _underWay.Remove(migration.Vm);
            await leases.DecideAsync();
            End(migration.Course.End(state.Hosts.NowNs, migration.RoundBytes));
        }
    }

    private Task GoOnAsync(Migration migration, Migration.Failure? failure) =>
        failure is null ? Task.CompletedTask : CancelAsync(migration, failure.Why, failure.SentBytes);

    private async Task CancelAsync(Migration migration, string why, long sentBytes, int lostHost = -1)
    {
        _underWay.Remove(migration.Vm);
        await migration.CancelAsync(lostHost);
        End(migration.Course.Cancel(state.Hosts.NowNs, why, sentBytes));
    }

    private void End(MigrationResult result)
    {
        _ended.Add(result);
        var (vm, way) = (state.NameOf(result.Vm), $"from {state.HostName(result.From)} to {state.HostName(result.To)}");
        state.Note(result.WhyCancelled is { } why ? $"{vm}: not migrated {way}: {why}" : $"{vm}: migrated {way}", vm);
    }
}
