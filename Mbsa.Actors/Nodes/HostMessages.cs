using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Nodes;

/// <summary>To the entity that carries a host, wherever it is.</summary>
/// <param name="Run">The run it belongs to.</param>
/// <param name="Host">Index of the host.</param>
/// <param name="Message">
/// A <see cref="Frame"/> or <see cref="FrameAck"/> of parcels with <see cref="HostParcel.Begin"/> first and then
/// <see cref="HostParcel.Step"/>, <see cref="AskStatus"/>, or <see cref="EndHost"/>.
/// </param>
internal sealed record ToHost(string Run, int Host, INodeMessage Message) : INodeMessage;

/// <summary>
/// To a host: how do you stand? Answered with <see cref="HostStatus"/>, and with the report once more if it is done with that step.
/// </summary>
/// <param name="Step">The step whose report is awaited.</param>
internal sealed record AskStatus(long Step) : INodeMessage;

/// <summary>From a host.</summary>
/// <param name="Incarnation">Tells it from one that was there before it.</param>
/// <param name="HasBegun">Whether it knows its scenario.</param>
/// <param name="StepsDone">The last step it is done with; 0 for none.</param>
/// <param name="AtStep">The step it is at; 0 for none.</param>
internal sealed record HostStatus(long Incarnation, bool HasBegun, long StepsDone, long AtStep) : INodeMessage;

/// <summary>From a host: it broke down, and so the run.</summary>
internal sealed record HostBroke(long Incarnation, string Reason) : INodeMessage;

/// <summary>To a host: the run is over. Answered with <see cref="HostEnded"/> when its memory is freed.</summary>
internal sealed record EndHost : INodeMessage;

/// <summary>From a host: nothing of it is left.</summary>
/// <param name="Problem">Memory that was not freed, in words; null when all was.</param>
internal sealed record HostEnded(string? Problem) : INodeMessage;
