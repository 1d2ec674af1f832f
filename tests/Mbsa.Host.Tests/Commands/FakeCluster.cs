using Mbsa.Actors.Nodes;
using Mbsa.Actors.Runs;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Watching;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Commands;

/// <summary>A cluster that takes whatever it is given and does nothing about it.</summary>
internal sealed class FakeCluster : IClusterClient, IClusterNode
{
    private readonly TaskCompletionSource _ended = new();

    /// <summary>What it was asked to listen and join as.</summary>
    public NodeOptions? Options { get; private set; }

    /// <summary>What was sent to the cluster.</summary>
    public ScenarioSpec? Submitted { get; private set; }

    public bool WasLeft { get; private set; }

    /// <summary>What joining and asking fail with.</summary>
    public Exception? Fails { get; init; }

    /// <summary>Done once the node is a member.</summary>
    public Action<FakeCluster> OnJoined { get; init; } = _ => { };

    /// <summary>Nobody ever answers.</summary>
    public bool IsSilent { get; init; }

    public Action<string> Say { get; private set; } = _ => { };

    public NodeAddress Address => new(Options!.AdvertisedHost ?? Options.Host, Options.Port);

    public Task Ended => _ended.Task;

    public async Task<IRunningScenario> SubmitAsync(ScenarioSpec scenario, NodeOptions options, CancellationToken cancellation)
    {
        (Submitted, Options) = (scenario, options);
        await AnswerAsync(cancellation);
        return FakeRun.Over(Sample.Result(scenario));
    }

    public async Task<IClusterNode> JoinAsync(NodeOptions options, Action<string> say, CancellationToken cancellation)
    {
        (Options, Say) = (options, say);
        await AnswerAsync(cancellation);
        OnJoined(this);
        return this;
    }

    public Task LeaveAsync()
    {
        WasLeft = true;
        _ended.TrySetResult();
        return Task.CompletedTask;
    }

    public void PutOut(Exception why) => _ended.SetException(why);

    private Task AnswerAsync(CancellationToken cancellation) =>
        Fails is not null ? Task.FromException(Fails) : IsSilent ? Task.Delay(Timeout.Infinite, cancellation) : Task.CompletedTask;
}
