using System.Text.Json.Serialization;
using Mbsa.Actors.Hosts;

namespace Mbsa.Actors.Nodes;

/// <summary>What travels in parcels between the coordinator and a host.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "parcel")]
[JsonDerivedType(typeof(Begin), "begin")]
[JsonDerivedType(typeof(Step), "step")]
[JsonDerivedType(typeof(Report), "report")]
internal abstract record HostParcel
{
    /// <summary>Be this host.</summary>
    internal sealed record Begin(HostBegin Host) : HostParcel;

    /// <summary>Do this step.</summary>
    internal sealed record Step(HostStep Of) : HostParcel;

    /// <summary>The step is done.</summary>
    internal sealed record Report(HostReport Of) : HostParcel;
}
