using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Wire;

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
