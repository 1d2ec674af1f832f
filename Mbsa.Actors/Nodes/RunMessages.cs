using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Akka.Actor;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Nodes;

/// <summary>To the coordinator of a cluster, wherever it is.</summary>
/// <param name="Run">The run it is about, named by whoever submits it.</param>
/// <param name="Message">
/// A <see cref="Frame"/> or <see cref="FrameAck"/> of a parcel with the scenario, an <see cref="AskRun"/> or an <see cref="InterruptRun"/>.
/// </param>
internal sealed record ToRun(string Run, INodeMessage Message) : INodeMessage;

/// <summary>To the coordinator: do you know this run? Answered with <see cref="RunStatus"/>.</summary>
/// <param name="Number">
/// Tells the answer to this from those to earlier ones, which come late when the coordinator has to be found anew.
/// </param>
internal sealed record AskRun(long Number) : INodeMessage, INotInfluenceReceiveTimeout;

/// <summary>From the coordinator.</summary>
/// <param name="Number">That of the question.</param>
/// <param name="Coordinator">Tells this coordinator from one that was there before it: a new one knows nothing of earlier runs.</param>
/// <param name="Knows">Whether it has the run.</param>
/// <param name="Busy">What runs instead, in words; null when nothing does.</param>
/// <param name="Members">Addresses of the nodes, any of which can be asked.</param>
internal sealed record RunStatus(long Number, long Coordinator, bool Knows, string? Busy, ImmutableArray<string> Members) : INodeMessage;

/// <summary>To the coordinator: end the run now; what was measured is the result.</summary>
internal sealed record InterruptRun : INodeMessage;

/// <summary>To the coordinator: the result was received.</summary>
internal sealed record RunOver : INodeMessage;

/// <summary>What travels in parcels between whoever submitted a run and the coordinator.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "parcel")]
[JsonDerivedType(typeof(Submit), "submit")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Ended), "ended")]
[JsonDerivedType(typeof(Failed), "failed")]
internal abstract record RunParcel
{
    /// <summary>Run this.</summary>
    internal sealed record Submit(ScenarioSpec Scenario) : RunParcel;

    /// <summary>How the run stands.</summary>
    /// <param name="Snapshot">Clock and VMs.</param>
    /// <param name="Events">What happened since the last.</param>
    internal sealed record Progress(LiveSnapshot Snapshot, ImmutableArray<RunEvent> Events) : RunParcel;

    /// <summary>The run is over.</summary>
    /// <param name="Result">What it measured.</param>
    /// <param name="Snapshot">How it stood at the end; null when nobody looked.</param>
    /// <param name="Events">What happened since the last progress.</param>
    internal sealed record Ended(RunResult Result, LiveSnapshot? Snapshot, ImmutableArray<RunEvent> Events) : RunParcel;

    /// <summary>The run came to no result, and why.</summary>
    internal sealed record Failed(string Reason) : RunParcel;
}
