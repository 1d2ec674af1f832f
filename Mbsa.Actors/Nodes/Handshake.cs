using Mbsa.Actors.Wire;

namespace Mbsa.Actors.Nodes;

/// <summary>
/// To a node, from one that wants to join its cluster or to run something on it. Answered with <see cref="Welcome"/> or
/// <see cref="Unwelcome"/>.
/// </summary>
/// <param name="WireVersion">Number of the form of its messages, <see cref="WireFormat.Version"/>.</param>
/// <param name="Version">Version of the program, for people.</param>
/// <param name="Configuration">What all members must have alike, in words; null from one that does not join.</param>
internal sealed record Hello(int WireVersion, string Version, string? Configuration) : INodeMessage;

/// <summary>From a node: come in.</summary>
internal sealed record Welcome : INodeMessage;

/// <summary>From a node: you cannot, and why.</summary>
internal sealed record Unwelcome(string Reason) : INodeMessage;
