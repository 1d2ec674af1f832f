using Mbsa.Actors.Commands;
using Mbsa.Actors.Deciding;
using Mbsa.Actors.Wire;
using Mbsa.Nvm.Layout;

namespace Mbsa.Actors.Runs;

/// <summary>
/// One migration under way. The target admits the VM's promise first and keeps room for it; then rounds of its child device go over the
/// emulated network, until the VM stops, the rest follows, and the target goes on where it stood. Each step says why the migration cannot
/// go on; null when it does.
/// </summary>
/// <param name="state">The run.</param>
/// <param name="vm">The VM.</param>
/// <param name="from">The host it leaves.</param>
/// <param name="to">The host it goes to.</param>
internal sealed class Migration(Situation state, int vm, int from, int to)
{
    private readonly List<Blob> _contents = [];
    private long _roundBytes;
    private HostAnswer.Paused? _paused;

    /// <summary>The VM.</summary>
    public int Vm => vm;

    /// <summary>The host it leaves.</summary>
    public int From => from;

    /// <summary>The host it goes to.</summary>
    public int To => to;

    /// <summary>Whether a host is one of the two.</summary>
    public bool Touches(int host) => from == host || to == host;

    /// <summary>Its course so far.</summary>
    public PreCopy Course { get; } = new(vm, from, to, state.Cluster, state.Hosts.NowNs, state.MeasuredFromNs);

    /// <summary>Bytes of the round at hand.</summary>
    public long RoundBytes => _roundBytes;

    /// <summary>Whether the VM is stopped and all of it is at the target.</summary>
    public bool HasArrived { get; set; }

    /// <summary>The moment from which it can run at the target, on the scenario's clock: its last quantum was to end then.</summary>
    public long NotBeforeNs => _paused?.AtNs ?? 0;

    /// <summary>The target makes room.</summary>
    public async Task<Failure?> PrepareAsync() =>
        WhyRefused(await state.Hosts.DoAsync(to, new HostCommand.Prepare(vm, state.Placement.QosOf(vm)))) is { } why
            ? new Failure(why)
            : null;

    /// <summary>The first round goes.</summary>
    public async Task<Failure?> BeginAsync() =>
        await state.Hosts.DoAsync(from, new HostCommand.BeginMigration(vm)) is HostAnswer.Round first
            ? Send(BytesOf(first.Blocks), first.Content)
            : Failure.OfVm;

    /// <summary>A round has arrived: it is put down, and the next one goes, for which the VM stops if it is to be the last.</summary>
    public async Task<Failure?> EndRoundAsync()
    {
        if (await PutDownAsync() is { } refused)
        {
            return new Failure(refused, _roundBytes);
        }

        if (await state.Hosts.DoAsync(from, new HostCommand.NextRound(vm)) is not HostAnswer.Round next)
        {
            return Failure.OfVm;
        }

        if (!Course.EndRound(state.Hosts.NowNs, _roundBytes, BytesOf(next.Blocks)))
        {
            return Send(BytesOf(next.Blocks), next.Content);
        }

        if (await state.Hosts.DoAsync(from, new HostCommand.Pause(vm)) is not HostAnswer.Paused paused)
        {
            return Failure.OfVm;
        }

        Course.Stop(state.Hosts.NowNs);
        _paused = paused;
        return Send(BytesOf(next.Blocks + paused.Last.Blocks) + paused.GuestBytes, next.Content, paused.Last.Content);
    }

    /// <summary>The target goes on where the VM stood, which is gone from where it was then.</summary>
    public async Task<Failure?> SwitchAsync()
    {
        var why = await PutDownAsync()
            ?? WhyRefused(await state.Hosts.DoAsync(to, new HostCommand.Resume(vm, _paused!.Guest, _paused.ContentHash)));
        if (why is not null)
        {
            return new Failure(why, _roundBytes);
        }

        state.Whereabouts.Switch(vm);
        state.LastHosts[vm] = to;
        state.Placement.Take(vm, from);
        await state.Hosts.DoAsync(from, new HostCommand.Forget(vm));
        return null;
    }

    /// <summary>The VM stays where it is.</summary>
    /// <param name="lostHost">A host that is about to be lost and is not told; -1 for none.</param>
    public async Task CancelAsync(int lostHost)
    {
        state.Network.Cancel(vm);
        state.Placement.Take(vm, to);
        if (to != lostHost)
        {
            await state.Hosts.DoAsync(to, new HostCommand.Forget(vm));
        }

        if (from != lostHost)
        {
            await state.Hosts.DoAsync(from, new HostCommand.CancelMigration(vm));
            state.Whereabouts.CancelMigration(vm);
        }
    }

    private Failure? Send(long bytes, params Blob[] contents)
    {
        _contents.AddRange(contents);
        _roundBytes = bytes;
        return state.Network.TryStart(vm, from, to, bytes) ? null : new Failure("a link is down");
    }

    /// <summary>Writes at the target what has arrived.</summary>
    /// <returns>Why it has no room for it; null when it has.</returns>
    private async Task<string?> PutDownAsync()
    {
        var answers = await state.Hosts.DoAllAsync(to, [.. _contents.Select(content => new HostCommand.Write(vm, content))]);
        _contents.Clear();
        return answers.Select(WhyRefused).FirstOrDefault(why => why is not null);
    }

    private static long BytesOf(long blocks) => blocks * DeviceGeometry.BlockBytes;

    private static string? WhyRefused(HostAnswer answer) => (answer as HostAnswer.Refused)?.Reason;

    /// <summary>Why a migration cannot go on.</summary>
    /// <param name="Why">The reason, for people.</param>
    /// <param name="SentBytes">What was sent of the round that was under way.</param>
    internal sealed record Failure(string Why, long SentBytes = 0)
    {
        /// <summary>The VM ended on its way.</summary>
        public static Failure OfVm { get; } = new("it was given up");
    }
}
