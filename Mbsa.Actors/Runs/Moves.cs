using System.Collections.Immutable;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Deciding;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Runs;

/// <summary>
/// The migrations of a run. The target admits the VM's promise first and keeps room for it; then rounds of its child device go over the emulated network, until
/// the VM stops, the rest follows, and the target goes on where it stood. Until then it lives where it was, and a migration that cannot be ended leaves it there.
/// </summary>
internal sealed class Moves(Situation state, Leases leases)
{
    /// <summary>VMs that leave one host at a time; more would only slow each other down. As KubeVirt's default, parallelOutboundMigrationsPerNode.</summary>
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
        [.. _ended.Concat(_moves.Values.Select(move => move.Course.Now(state.Hosts.NowNs))).OrderBy(result => result.StartNs).ThenBy(result => result.Vm)];

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
                await EndRoundAsync(move);
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
            End(new PreCopy(vm, state.Whereabouts[vm].Host, to, state.Cluster, state.Hosts.NowNs, state.MeasuredFromNs).Cancel(state.Hosts.NowNs, why));
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
        foreach (var broken in state.Network.LinkDown(host))
        {
            await CancelAsync(_moves[(int)broken.Id], LinkDown(), broken.SentBytes);
        }

        foreach (var move in _moves.Values.Where(move => move.HasArrived && (move.From == host || move.To == host)).ToList())
        {
            await CancelAsync(move, LinkDown(), move.RoundBytes);
        }

        string LinkDown() => $"the link of {state.HostName(host)} went down";
    }

    /// <summary>Who is about to come to a host stays where it is.</summary>
    public async Task CancelMovesToAsync(int host, string why)
    {
        foreach (var vm in _waiting.Where(w => w.To == host).Select(w => w.Vm).Concat(_moves.Values.Where(move => move.To == host).Select(move => move.Vm)).ToList())
        {
            await CancelAsync(vm, why);
        }
    }

    private PlacementChoice Asked(int vm, int host) =>
        state.MayTake(host)
            ? state.Placement.WhyNot(vm, host) is { } why ? new PlacementChoice(null, why) : new PlacementChoice(host, null)
            : new PlacementChoice(null, $"{state.HostName(host)} takes no VMs now");

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
            await StartAsync(vm, from, to);
        }
    }

    private async Task StartAsync(int vm, int from, int to)
    {
        var nowNs = state.Hosts.NowNs;
        var course = new PreCopy(vm, from, to, state.Cluster, nowNs, state.MeasuredFromNs);
        var why = !state.Runs(vm) ? "it does not run any more" : !state.MayTake(to) ? $"{state.HostName(to)} takes no VMs now" : null;
        if (why is null)
        {
            await leases.DecideAsync();
            why = WhyRefused(await state.Hosts.DoAsync(to, new HostCommand.Prepare(vm, state.Placement.QosOf(vm))));
        }

        if (why is not null)
        {
            state.Placement.Take(vm, to);
            End(course.Cancel(nowNs, why));
            return;
        }

        var move = new Move(vm, from, to, course);
        state.Whereabouts.BeginMove(vm, to);
        _moves.Add(vm, move);
        if (await state.Hosts.DoAsync(from, new HostCommand.BeginMove(vm)) is HostAnswer.Round round)
        {
            await SendAsync(move, BytesOf(round.Blocks), round.Content);
        }
        else
        {
            await CancelAsync(move, "it was given up", 0);
        }
    }

    private async Task SendAsync(Move move, long bytes, params Blob[] contents)
    {
        move.Contents.AddRange(contents);
        move.RoundBytes = bytes;
        if (!state.Network.TryStart(move.Vm, move.From, move.To, move.RoundBytes))
        {
            await CancelAsync(move, "a link is down", 0);
        }
    }

    private async Task EndRoundAsync(Move move)
    {
        if (await PutDownAsync(move) is { } refused)
        {
            await CancelAsync(move, refused, move.RoundBytes);
            return;
        }

        if (await state.Hosts.DoAsync(move.From, new HostCommand.NextRound(move.Vm)) is not HostAnswer.Round next)
        {
            await CancelAsync(move, "it was given up", 0);
            return;
        }

        if (!move.Course.EndRound(state.Hosts.NowNs, move.RoundBytes, BytesOf(next.Blocks)))
        {
            await SendAsync(move, BytesOf(next.Blocks), next.Content);
            return;
        }

        if (await state.Hosts.DoAsync(move.From, new HostCommand.Pause(move.Vm)) is not HostAnswer.Paused paused)
        {
            await CancelAsync(move, "it was given up", 0);
            return;
        }

        move.Course.Stop(state.Hosts.NowNs);
        (move.Guest, move.ContentHash, move.NotBeforeNs) = (paused.Guest, paused.ContentHash, paused.AtNs);
        await SendAsync(move, BytesOf(next.Blocks + paused.Last.Blocks) + paused.GuestBytes, next.Content, paused.Last.Content);
    }

    /// <summary>The one moment at which a VM changes its host.</summary>
    private async Task SwitchAsync(Move move)
    {
        var why = await PutDownAsync(move) ?? WhyRefused(await state.Hosts.DoAsync(move.To, new HostCommand.Resume(move.Vm, move.Guest, move.ContentHash)));
        if (why is not null)
        {
            await CancelAsync(move, why, move.RoundBytes);
            return;
        }

        state.Whereabouts.Switch(move.Vm);
        state.LastHosts[move.Vm] = move.To;
        state.Placement.Take(move.Vm, move.From);
        await state.Hosts.DoAsync(move.From, new HostCommand.Forget(move.Vm));
        _moves.Remove(move.Vm);
        await leases.DecideAsync();
        End(move.Course.End(state.Hosts.NowNs, move.RoundBytes));
    }

    /// <summary>Writes at the target what has arrived.</summary>
    /// <returns>Why it has no room for it; null when it has.</returns>
    private async Task<string?> PutDownAsync(Move move)
    {
        var answers = await state.Hosts.DoAllAsync(move.To, [.. move.Contents.Select(content => new HostCommand.Write(move.Vm, content))]);
        move.Contents.Clear();
        return answers.Select(WhyRefused).FirstOrDefault(why => why is not null);
    }

    private async Task CancelAsync(Move move, string why, long bytesSent, int lostHost = -1)
    {
        _moves.Remove(move.Vm);
        state.Network.Cancel(move.Vm);
        state.Placement.Take(move.Vm, move.To);
        if (move.To != lostHost)
        {
            await state.Hosts.DoAsync(move.To, new HostCommand.Forget(move.Vm));
        }

        if (move.From != lostHost)
        {
            await state.Hosts.DoAsync(move.From, new HostCommand.CancelMove(move.Vm));
            state.Whereabouts.CancelMove(move.Vm);
        }

        End(move.Course.Cancel(state.Hosts.NowNs, why, bytesSent));
    }

    private void End(MigrationResult result)
    {
        _ended.Add(result);
        var (vm, way) = (state.NameOf(result.Vm), $"from {state.HostName(result.From)} to {state.HostName(result.To)}");
        state.Note(result.WhyCancelled is { } why ? $"{vm}: not migrated {way}: {why}" : $"{vm}: migrated {way}", vm);
    }

    private static long BytesOf(long blocks) => blocks * DeviceGeometry.BlockBytes;

    private static string? WhyRefused(HostAnswer answer) => (answer as HostAnswer.Refused)?.Reason;

    /// <summary>One migration under way.</summary>
    private sealed class Move(int vm, int from, int to, PreCopy course)
    {
        public int Vm => vm;

        public int From => from;

        public int To => to;

        public PreCopy Course => course;

        /// <summary>What is on its way.</summary>
        public List<Blob> Contents { get; } = [];

        public long RoundBytes { get; set; }

        public Blob Guest { get; set; }

        public ulong ContentHash { get; set; }

        /// <summary>The VM is stopped and the last round is there.</summary>
        public bool HasArrived { get; set; }

        /// <summary>It must not run at the target before.</summary>
        public long NotBeforeNs { get; set; }
    }
}
