using System.Collections.Immutable;
using Mbsa.Actors.Tracing;

namespace Mbsa.Actors.Nodes;

/// <summary>How a node listens and whom it joins.</summary>
public sealed record NodeOptions
{
    /// <summary>Port when none is asked for.</summary>
    public const int DefaultPort = 4053;

    /// <summary>Address it listens at.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port it listens at; 0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Address others reach it at, where that differs; null for <see cref="Host"/>.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Nodes of the cluster to join, any of them; empty to begin one.</summary>
    public ImmutableArray<NodeAddress> Seeds { get; init; } = [];

    /// <summary>What only members know; null for none.</summary>
    public string? Secret { get; init; }

    /// <summary>Certificate for TLS; null for none.</summary>
    public NodeCertificate? Certificate { get; init; }

    /// <summary>Is told what goes on in the runs that the node has a part in; null for nobody.</summary>
    public RunTrace? Trace { get; init; }

    /// <summary>How long a member must have been unreachable before the smaller part of the cluster ends itself, in seconds.</summary>
    public double StableAfterSeconds { get; init; } = 5;

    /// <summary>
    /// How long a node that is asked to let this one in may take to answer. A handshake of TLS between two processes that have just started
    /// takes seconds on a machine that is busy.
    /// </summary>
    internal TimeSpan KnockPatience { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Where a node is reached.</summary>
public sealed record NodeAddress(string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>
/// A certificate with its private key, in a PKCS #12 file. Nodes prove themselves to each other with it, so all nodes have certificates
/// that each of them trusts.
/// </summary>
public sealed record NodeCertificate(string Path, string? Password);
