using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Nodes;

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
