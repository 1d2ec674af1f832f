using System.Text.Json.Serialization;
using Mbsa.Actors.Hosts;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

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
