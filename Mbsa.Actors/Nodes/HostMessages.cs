using System.Text.Json.Serialization;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Wire;
using Mbsa.Model.Scenario;

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

/// <summary>What travels in parcels between the coordinator and a host.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "parcel")]
[JsonDerivedType(typeof(Begin), "begin")]
[JsonDerivedType(typeof(Step), "step")]
[JsonDerivedType(typeof(Report), "report")]
internal abstract record HostParcel
{
    /// <summary>Carry this host.</summary>
    /// <param name="Host">Its index.</param>
    /// <param name="Scenario">The scenario as this host sees it: <see cref="ScenarioSpec.Host"/> is it.</param>
    internal sealed record Begin(int Host, ScenarioSpec Scenario) : HostParcel;

    /// <summary>Do this step.</summary>
    internal sealed record Step(HostStep Of) : HostParcel;

    /// <summary>The step is done.</summary>
    internal sealed record Report(HostReport Of) : HostParcel;
}
