using System.Collections.Immutable;
using Mbsa.Actors.Deciding;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The migrations of a run: who moves, who waits for its turn, and what becomes of them when time passes, a host is lost or a link goes
/// down. Until it is switched a VM lives where it was, and a migration that cannot be ended leaves it there.
/// </summary>
internal sealed class Moves(Situation state, Leases leases)
{
    /// <summary>
    /// VMs that leave one host at a time; more would only slow each other down. As KubeVirt's default, parallelOutboundMigrationsPerNode.
    /// </summary>
    private const int AtOnce = 2;

    private readonly List<(int Vm, int To)> _waiting = [];
    private readonly SortedDictionary<int, Move> _moves = [];
    private readonly List<MigrationResult> _ended = [];

    /// <summary>When something happens to a migration next, on the scenario's clock.</summary>
    public long NextNs => Math.Min(
        state.Network.NextCompletionNs,
        _moves.Values.Where(move => move.HasArrived).Select(move => move.NotBeforeNs).DefaultIfEmpty(long.MaxValue).Min());

    /// <summary>Every migration so far in the order they began; those under way as they stand.</summary>
    public ImmutableArray<MigrationResult> Results =>
    [
        .. _ended.Concat(_moves.Values.Select(move => move.Course.Now(state.Hosts.NowNs)))
            .OrderBy(result => result.StartNs).ThenBy(result => result.Vm),
    ];

    /// <summary>Whether any VM moves or waits to.</summary>
    public bool AreUnderWay => _moves.Count + _waiting.Count > 0;

    /// <summary>Whether a VM moves or waits to.</summary>
    public bool IsMoving(int vm) => _moves.ContainsKey(vm) || _waiting.Exists(w => w.Vm == vm);

    /// <summary>A VM shall move.</summary>
    /// <param name="vm">The VM, which runs.</param>
    /// <param name="to">The host; null for wherever there is room.</param>
    public async Task BeginAsync(int vm, int? to)
    {
        var from = state.Whereabouts[vm].RunsOn!.Value;
        var choice = to is { } asked ? Asked(vm, asked) : state.Placement.Choose(vm, host => host != from && state.MayTake(host));
        if (choice.Host is not { } target || target == from)
        {
            state.AddProblem($"{state.NameOf(vm)}: not migrated: {choice.WhyNot ?? "it is there already"}");
            return;
        }

        state.Placement.Put(vm, target);
        await EnqueueAsync(vm, target);
    }

    /// <summary>A VM shall move to a host that keeps room for it.</summary>
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
            var move = _moves[(int)completed.Id];
            if (move.Course.IsStopped)
            {
                move.HasArrived = true;
            }
            else
            {
                await GoOnAsync(move, await move.EndRoundAsync());
            }
        }

        foreach (var move in _moves.Values.Where(move => move.HasArrived && move.NotBeforeNs <= state.Hosts.NowNs).ToList())
        {
            await SwitchAsync(move);
        }

        await StartWaitingAsync();
    }

    /// <summary>A VM stays where it is, if it was about to move.</summary>
    public async Task CancelAsync(int vm, string why)
    {
        if (_waiting.FindIndex(w => w.Vm == vm) is >= 0 and var waiting)
        {
            var to = _waiting[waiting].To;
            _waiting.RemoveAt(waiting);
            state.Placement.Take(vm, to);
            End(new Move(state, vm, state.Whereabouts[vm].Host, to).Course.Cancel(state.Hosts.NowNs, why));
        }
        else if (_moves.TryGetValue(vm, out var move))
        {
            await CancelAsync(move, why, state.Network.Cancel(vm) ?? 0);
        }
    }

    /// <summary>A host is about to be lost: who was leaving it or coming to it stays where it is.</summary>
    public async Task OnHostLostAsync(int host)
    {
        foreach (var (vm, _) in _waiting.Where(w => w.To == host || state.Whereabouts[w.Vm].Host == host).ToList())
        {
            await CancelAsync(vm, $"{state.HostName(host)} was lost");
        }

        foreach (var move in _moves.Values.Where(move => move.From == host || move.To == host).ToList())
        {
            await CancelAsync(move, $"{state.HostName(host)} was lost", state.Network.Cancel(move.Vm) ?? 0, host);
        }
    }

    /// <summary>The link of a host goes down: nothing moves over it.</summary>
    public async Task OnLinkDownAsync(int host)
    {
        var why = $"the link of {state.HostName(host)} went down";
        foreach (var broken in state.Network.LinkDown(host))
        {
            await CancelAsync(_moves[(int)broken.Id], why, broken.SentBytes);
        }

        foreach (var move in _moves.Values.Where(move => move.HasArrived && (move.From == host || move.To == host)).ToList())
        {
            await CancelAsync(move, why, move.RoundBytes);
        }
    }

    /// <summary>Who is about to come to a host stays where it is.</summary>
    public async Task CancelMovesToAsync(int host, string why)
    {
        var waiting = _waiting.Where(w => w.To == host).Select(w => w.Vm);
        foreach (var vm in waiting.Concat(_moves.Values.Where(move => move.To == host).Select(move => move.Vm)).ToList())
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
            if (_moves.Values.Count(move => move.From == from) >= AtOnce)
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            await StartAsync(new Move(state, vm, from, to));
        }
    }

    private async Task StartAsync(Move move)
    {
        var why = !state.Runs(move.Vm) ? "it does not run any more"
            : !state.MayTake(move.To) ? $"{state.HostName(move.To)} takes no VMs now"
            : null;
        if (why is null)
        {
            await leases.DecideAsync();
            why = (await move.PrepareAsync())?.Why;
        }

        if (why is not null)
        {
            state.Placement.Take(move.Vm, move.To);
            End(move.Course.Cancel(state.Hosts.NowNs, why));
            return;
        }

        state.Whereabouts.BeginMove(move.Vm, move.To);
        _moves.Add(move.Vm, move);
        await GoOnAsync(move, await move.BeginAsync());
    }

    /// <summary>The one moment at which a VM changes its host.</summary>
    private async Task SwitchAsync(Move move)
    {
        var failure = await move.SwitchAsync();
        await GoOnAsync(move, failure);
        if (failure is null)
        {
            _moves.Remove(move.Vm);
            await leases.DecideAsync();
            End(move.Course.End(state.Hosts.NowNs, move.RoundBytes));
        }
    }

    private Task GoOnAsync(Move move, Move.Failure? failure) =>
        failure is null ? Task.CompletedTask : CancelAsync(move, failure.Why, failure.SentBytes);

    private async Task CancelAsync(Move move, string why, long sentBytes, int lostHost = -1)
    {
        _moves.Remove(move.Vm);
        await move.CancelAsync(lostHost);
        End(move.Course.Cancel(state.Hosts.NowNs, why, sentBytes));
    }

    private void End(MigrationResult result)
    {
        _ended.Add(result);
        var (vm, way) = (state.NameOf(result.Vm), $"from {state.HostName(result.From)} to {state.HostName(result.To)}");
        state.Note(result.WhyCancelled is { } why ? $"{vm}: not migrated {way}: {why}" : $"{vm}: migrated {way}", vm);
    }
}
