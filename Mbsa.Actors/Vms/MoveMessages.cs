using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Vms;

/// <summary>To a VM's host: it is going to move. Answered with a <see cref="MoveRound"/> of every block of its child device that was ever written, or <see cref="VmRefused"/>.</summary>
internal sealed record BeginMove(int Vm);

/// <summary>To a VM's host, after <see cref="BeginMove"/>: what was written since the last round. Answered with <see cref="MoveRound"/> or <see cref="VmRefused"/>.</summary>
internal sealed record NextRound(int Vm);

/// <summary>From a VM's host: blocks of its child device to copy.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Blocks">Blocks of 4096 bytes that were written, those among them that have no bytes or are all zero too: what goes over the network.</param>
/// <param name="Content">The blocks that have bytes, for <see cref="WriteBlocks"/>. Packed: no emulated time may depend on its length.</param>
internal sealed record MoveRound(int Vm, long Blocks, byte[] Content);

/// <summary>
/// To a VM's host, after <see cref="BeginMove"/>: stop the VM and hand it over. What its VCPUs had begun is done. Answered with <see cref="VmPaused"/>, or
/// <see cref="VmRefused"/> from a VM that was given up.
/// </summary>
internal sealed record PauseVm(int Vm);

/// <summary>From a VM's host: it runs nothing, and its disk is ended clean.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Last">The last blocks.</param>
/// <param name="Guest">Where the guest stands, for <see cref="ResumeVm"/>.</param>
/// <param name="ContentHash">Hash over the bytes of its child device.</param>
/// <param name="PausedNs">When the last quantum that had begun is over, on the scenario's clock: it must not run before.</param>
internal sealed record VmPaused(int Vm, MoveRound Last, byte[] Guest, ulong ContentHash, long PausedNs)
{
    /// <summary>Bytes of the guest before it was packed: the same on every machine, as the length of <see cref="Guest"/> need not be.</summary>
    public long GuestBytes { get; init; }
}

/// <summary>
/// To a VM's host: it stays. A VM that is paused goes on as if nothing had been. Answered with <see cref="VmRunning"/>, also when no move was begun, or
/// <see cref="VmRefused"/> from a VM that was given up.
/// </summary>
internal sealed record CancelMove(int Vm);

/// <summary>
/// To the host a VM shall move to: make its child device and promise it what it is promised. Answered with <see cref="VmPrepared"/>, or
/// <see cref="VmRefused"/>, and then nothing is left of it here.
/// </summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Qos">What it is promised now.</param>
internal sealed record PrepareVm(int Vm, QosSpec Qos);

/// <summary>From the host a VM shall move to: it may come.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="WhyBestEffort">Why it will have no reservation though it asked for one; null when it has all it asked for.</param>
internal sealed record VmPrepared(int Vm, string? WhyBestEffort = null);

/// <summary>To the host of a VM that is prepared: put down what a <see cref="MoveRound"/> brought. Answered with <see cref="Vms.Done"/>, or <see cref="VmRefused"/> when it is damaged.</summary>
internal sealed record WriteBlocks(int Vm, byte[] Content);

/// <summary>
/// To the host of a VM that is prepared: it is here now, and goes on where it was. Answered with <see cref="VmRunning"/>, or <see cref="VmRefused"/> when
/// bytes or guest are not what was sent; it is still prepared then, and paused where it came from.
/// </summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Guest">Where the guest stood.</param>
/// <param name="ContentHash">Hash over the bytes its child device must have.</param>
internal sealed record ResumeVm(int Vm, byte[] Guest, ulong ContentHash);

/// <summary>
/// To a host: the VM is elsewhere. Its child device, what it was promised and its actor go, on whatever side of a move it was. Answered with
/// <see cref="Vms.Done"/>, also when it was not here.
/// </summary>
internal sealed record ForgetVm(int Vm);
