using System.Text.Json.Serialization;
using Mbsa.Actors.Wire;
using Mbsa.Model.Results;

namespace Mbsa.Actors.Commands;

/// <summary>What an emulated host, or a part of it, answers to a <see cref="HostCommand"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(PowerBack), "power-back")]
[JsonDerivedType(typeof(Collected), "collected")]
[JsonDerivedType(typeof(Round), "round")]
[JsonDerivedType(typeof(Paused), "paused")]
internal abstract record HostAnswer
{
    /// <summary>What it is, for people.</summary>
    public string Describe() => this switch
    {
        Done { Remark: { } remark } => $"{nameof(Done)}, {remark}",
        Refused { Reason: var reason } => $"{nameof(Refused)}, {reason}",
        _ => GetType().Name,
    };

    /// <summary>It is done.</summary>
    /// <param name="Remark">What is worth a line about it; null for nothing.</param>
    internal sealed record Done(string? Remark = null) : HostAnswer;

    /// <summary>It could not be done, and why. Nothing has changed.</summary>
    internal sealed record Refused(string Reason) : HostAnswer;

    /// <summary>The host is there again: every VM is as it was, or was given up.</summary>
    /// <param name="Vms">VMs that run again.</param>
    /// <param name="DisksRecovered">Virtual disks mounted that nobody had ended.</param>
    /// <param name="RecordsRecovered">Changes of their maps that were only in their logs.</param>
    internal sealed record PowerBack(int Vms, int DisksRecovered, long RecordsRecovered) : HostAnswer;

    /// <summary>What a VM did in the measured part.</summary>
    internal sealed record Collected(VmResult Result) : HostAnswer;

    /// <summary>Blocks of a VM that moves.</summary>
    /// <param name="Blocks">
    /// Blocks of 4096 bytes that were written, also those that have no bytes or are all zero: what goes over the network.
    /// </param>
    /// <param name="Content">The blocks that have bytes. Packed: no emulated time may depend on its length.</param>
    internal sealed record Round(long Blocks, Blob Content) : HostAnswer;

    /// <summary>A VM runs nothing, and its disk is ended clean.</summary>
    /// <param name="Last">The last blocks.</param>
    /// <param name="Guest">Where the guest stands.</param>
    /// <param name="GuestBytes">Bytes of that before it was packed: the same on every machine, as its length here need not be.</param>
    /// <param name="ContentHash">Hash over all bytes of the child device.</param>
    /// <param name="AtNs">When the last quantum that had begun is over, on the scenario's clock: it must not run before.</param>
    internal sealed record Paused(Round Last, Blob Guest, long GuestBytes, ulong ContentHash, long AtNs) : HostAnswer;
}
