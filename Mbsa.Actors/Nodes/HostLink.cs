using Akka.Actor;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Tracing;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// The coordinator's end of one host: gives it its steps and keeps them. When the node that carried the host is lost, the host comes up
/// elsewhere knowing nothing, and is given all of them again; it must do the same again, which the trace hash of each step shows. A
/// <see cref="HostStep"/> is answered with the host's <see cref="HostReport"/>, however often the host has to be rebuilt.
/// </summary>
internal sealed class HostLink : ReceiveActor
{
    /// <summary>A silent host is asked how it stands after so long.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly string _run;
    private readonly HostParcel.Begin _begin;
    private readonly IActorRef _region;
    private readonly ParcelPort _port = new();
    private readonly List<(HostStep Step, ulong? TraceHash)> _steps = [];
    private readonly bool _canReplay;
    private IActorRef? _asker;
    private long _incarnation;
    private bool _isReplaying;
    private bool _isEnding;

    /// <summary>A link to a host that is begun with its first step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="begin">What the host is.</param>
    /// <param name="region">Where messages to hosts go.</param>
    public HostLink(string run, HostParcel.Begin begin, IActorRef region)
    {
        (_run, _begin, _region) = (run, begin, region);
        _canReplay = begin.Scenario.Clock == ClockKind.Virtual;
        Receive<HostStep>(step =>
        {
            _asker = Sender;
            _steps.Add((step, null));
            if (_incarnation == 0)
            {
                Send(new AskStatus(_steps.Count));
            }
            else
            {
                SendStep(_steps.Count);
            }

            Context.SetReceiveTimeout(_patience);
        });
        Receive<Finish>(_ =>
        {
            (_asker, _isEnding) = (Sender, true);
            Send(new EndHost());
            Context.SetReceiveTimeout(_patience);
        });
        Receive<HostStatus>(OnStatus);
        Receive<HostBroke>(m => Fail($"host {_begin.Scenario.Name} broke down: {m.Reason}"));
        Receive<HostEnded>(m =>
        {
            if (_isEnding)
            {
                Answer(m);
            }
        });
        Receive<Frame>(m =>
        {
            if (_port.On(m, Send) is { } parcel && WireFormat.FromBytes<HostParcel>(parcel) is HostParcel.Report { Of: var report })
            {
                OnReport(report);
            }
        });
        Receive<FrameAck>(m => _port.On(m, Send));
        Receive<ReceiveTimeout>(_ =>
        {
            if (_isEnding)
            {
                Send(new EndHost());
            }
            else if (_asker is not null)
            {
                Send(new AskStatus(_steps.Count));
            }
        });
    }

    private void OnStatus(HostStatus status)
    {
        if (_asker is null || _isEnding)
        {
            return;
        }

        var isAnother = status.Incarnation != _incarnation;
        if (isAnother)
        {
            _isReplaying = _incarnation != 0 && _steps.Count > 1;
            _incarnation = status.Incarnation;
            if (_isReplaying)
            {
                Context.Parent.Tell(new HostRebuilt(_begin.Host));
            }
        }

        if (_isReplaying && !_canReplay)
        {
            Fail("a node that carried hosts of the run was lost; under the wall clock a host cannot be rebuilt");
        }
        else if (!status.HasBegun)
        {
            _port.Reset();
            _port.Send(WireFormat.ToBytes<HostParcel>(_begin), Send);
        }
        else if (status.AtStep == 0 && status.StepsDone < _steps.Count)
        {
            _port.Reset(); // what it was sent before is lost
            SendStep((int)status.StepsDone + 1);
        }
    }

    private void OnReport(HostReport report)
    {
        var (step, hash) = _steps[(int)report.Step - 1];
        if (hash is not null && hash != report.TraceHash)
        {
            Fail($"a host that was rebuilt did not do the same again in step {report.Step}: trace hash {report.TraceHash:x16}, "
                + $"before {hash:x16}; this is a bug");
            return;
        }

        // What will never be told again is not kept: a migration's bytes are in it.
        _steps[(int)report.Step - 1] = (step with { WithView = false, Commands = _canReplay ? step.Commands : [] }, report.TraceHash);
        if (report.Step == _steps.Count)
        {
            _isReplaying = false;
            Answer(report);
        }
        else
        {
            SendStep((int)report.Step + 1);
        }
    }

    private void SendStep(int number) => _port.Send(WireFormat.ToBytes<HostParcel>(new HostParcel.Step(_steps[number - 1].Step)), Send);

    private void Send(INodeMessage message) => _region.Tell(new ToHost(_run, _begin.Host, message));

    private void Fail(string why) => Answer(new Status.Failure(new ScenarioFailedException(why)));

    private void Answer(object answer)
    {
        _asker?.Tell(answer);
        _asker = null;
        Context.SetReceiveTimeout(null);
    }

    /// <summary>To the link: the run is over. Answered with <see cref="HostEnded"/>.</summary>
    internal sealed record Finish;

    /// <summary>From the link to its parent: a host is made anew and does its steps again.</summary>
    internal sealed record HostRebuilt(int Host);
}

/// <summary>The way to a host of the cluster.</summary>
/// <param name="link">Its <see cref="HostLink"/>.</param>
/// <param name="scenario">The scenario.</param>
/// <param name="watch">Sees what the host is at, as far as it is to be seen from here: a step, and not which part of it.</param>
internal sealed class RemoteHostLink(IActorRef link, ScenarioSpec scenario, HostWatch watch) : IHostLink
{
    public Task<HostReport> StepAsync(HostStep step, CancellationToken ended) => watch.OverAsync(
        () => string.Join(", ", step.Commands.Select(command => command.Describe(scenario)).Append($"RunUntil {step.UntilNs / 1e6} ms")),
        step.UntilNs,
        link.Ask<HostReport>(step, Timeout.InfiniteTimeSpan, ended),
        report => string.Join(", ", report.Answers.Select(answer => answer.Describe()).Append($"at {report.NowNs / 1e6} ms")));

    /// <summary>The run is over: the host frees all it has.</summary>
    /// <param name="ended">Nobody waits for it any more.</param>
    /// <returns>What it did not free, in words; null when all is freed.</returns>
    public async Task<string?> EndAsync(CancellationToken ended) =>
        (await link.Ask<HostEnded>(new HostLink.Finish(), Timeout.InfiniteTimeSpan, ended)).Problem;
}
