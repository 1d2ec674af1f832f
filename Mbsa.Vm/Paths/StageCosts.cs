namespace Mbsa.Vm.Paths;

/// <summary>
/// What the software between a guest's system call and the NVM costs on a conventional path, in core time,
/// cut at the stubs of the paper's Figure 1B (<see cref="Stub"/>). What of it a request pays is not a matter of the machine: a kick,
/// a wake-up or an interrupt that is suppressed costs nothing. The device itself, from stub 6 to 7, is the path's <see cref="PathCosts"/>.
/// </summary>
public sealed record StageCosts
{
    /// <summary>1-2, each request: the system call, the guest's file and block layers, the front end.</summary>
    public required double SubmitNs { get; init; }

    /// <summary>Part of 1-2 and of each completion: how long the lock of a queue is held that several VCPUs share.</summary>
    public required double LockNs { get; init; }

    /// <summary>2-3, each kick, and each interrupt that finds its VCPU in the guest: from the guest to the host.</summary>
    public required double ExitNs { get; init; }

    /// <summary>3-4, each kick: the host finds out whom it concerns and makes the I/O thread ready.</summary>
    public required double SignalNs { get; init; }

    /// <summary>
    /// 4-5 and 10-11, each wake-up of an I/O thread or VCPU on an idle core: coming out of its idle state.
    /// The switch itself is the machine's.
    /// </summary>
    public required double IdleNs { get; init; }

    /// <summary>5-6, each batch: what a back end does once for all requests it finds.</summary>
    public required double BatchNs { get; init; }

    /// <summary>5-6, each request: taking it off the ring, checking it, making a request of the host's of it.</summary>
    public required double ParseNs { get; init; }

    /// <summary>6-7, the first request after a wake-up: caches and TLB have to be filled again.</summary>
    public required double ColdNs { get; init; }

    /// <summary>7-8, each request: copies beside the data itself.</summary>
    public required double CopyNs { get; init; }

    /// <summary>8-9, each request: the end of the host's request, and the used ring.</summary>
    public required double UsedNs { get; init; }

    /// <summary>9-10, each interrupt: the host makes it pending and the VCPU ready.</summary>
    public required double InterruptNs { get; init; }

    /// <summary>10-11, each time a VCPU enters the guest.</summary>
    public required double EnterNs { get; init; }

    /// <summary>11-12, each interrupt: the guest's handler, the end of the interrupt, waking who waits for it.</summary>
    public required double NotifyNs { get; init; }

    /// <summary>11-12, each request: its end in the guest, and the way back to the program.</summary>
    public required double CompleteNs { get; init; }

    /// <summary>What every request pays, however many are in flight, in nanoseconds.</summary>
    public double RequestNs => SubmitNs + ParseNs + CopyNs + UsedNs + CompleteNs;

    /// <summary>
    /// What a request pays beside that when it is alone in flight: a kick, a batch, an interrupt and two wake-ups, in nanoseconds.
    /// </summary>
    /// <param name="contextSwitchNs">What a context switch takes on the machine.</param>
    public double EventsNs(double contextSwitchNs) =>
        ExitNs + SignalNs + BatchNs + ColdNs + InterruptNs + NotifyNs + 2 * (contextSwitchNs + IdleNs + EnterNs);
}
