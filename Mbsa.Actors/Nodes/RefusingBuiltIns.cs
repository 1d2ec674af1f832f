using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// Takes the place of a serializer of Akka.NET that builds what a message names by its type. What comes in is read by the serializer whose
/// number it carries, whatever is bound for what goes out, so the number itself has to be taken.
/// </summary>
internal abstract class RefusingBuiltIn(ExtendedActorSystem system, int identifier) : Serializer(system)
{
    /// <inheritdoc/>
    public override int Identifier => identifier;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new NotSupportedException($"{obj.GetType()} is not for other nodes");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new NotSupportedException("a message of another node names a type to build");
}

/// <summary>In place of Newtonsoft's, number 1 of Akka.NET, which has settings there.</summary>
internal sealed class RefusingJson : RefusingBuiltIn
{
    /// <summary>Needs no settings.</summary>
    public RefusingJson(ExtendedActorSystem system, Config _)
        : base(system, 1)
    {
    }
}

/// <summary>In place of that for actors another system deploys here, number 3 of Akka.NET.</summary>
internal sealed class RefusingDeployment(ExtendedActorSystem system) : RefusingBuiltIn(system, 3);
