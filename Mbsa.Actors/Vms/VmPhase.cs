using Mbsa.Actors.Commands;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Vms;

/// <summary>
/// Where a VM is in its life on one host. A step that does not follow from the phase before throws, and a command that does not fit the
/// phase is refused, in the words of <see cref="WhyNot"/>:
/// <code>
///                                       .------CancelMigration------.
///                                       v                           |
/// Expected -GoOn-> Starting -Attach-> Running -BeginMigration-> Migrating -Pause-> Pausing -Seal-> Paused
///                   ^   ^ |             |                           |                 |             |  |
///                   |   | '-------------+---------LosePower---------+-----------------'   LosePower |  |
///                   |   '-RestorePower- Dark &lt;------------------'                               v  |
///                   |                                           Paused &lt;-RestorePower- PausedDark  |
///                   '-GoOn (CancelMigration)-------------------------------------------------------'
///
/// any -End-> Ending
/// </code>
/// A VM that comes from another host is Expected first; one that starts here is Starting. Ending is for good: the VM stays only to say what
/// it did. Pure.
/// </summary>
internal sealed record VmPhase
{
    /// <summary>What is said of a VM for which no room was made.</summary>
    public const string NotPrepared = "it is not prepared on this host";

    private VmPhase(VmStage stage) => Stage = stage;

    /// <summary>A VM that is about to come from another host.</summary>
    public static VmPhase Expected { get; } = new(VmStage.Expected);

    /// <summary>A VM that starts here.</summary>
    public static VmPhase Starting { get; } = new(VmStage.Starting);

    /// <summary>The phase.</summary>
    public VmStage Stage { get; private init; }

    /// <summary>Whether its VCPUs competed for the cores of this host at least once.</summary>
    public bool HasRun { get; private init; }

    /// <summary>How it shows once it has ended; null where nothing of it is to be seen, because it is on another host.</summary>
    public VmState? EndsAs { get; private init; }

    /// <summary>Why it ends, for people; null while it does not.</summary>
    public string? WhyEnding { get; private init; }

    /// <summary>Whether its host has power, as far as it concerns the VM.</summary>
    public bool HasPower => Stage is not (VmStage.Dark or VmStage.PausedDark);

    /// <summary>Its VCPUs compete for cores.</summary>
    public VmPhase Attach() => Step(VmStage.Starting, VmStage.Running) with { HasRun = true };

    /// <summary>It is going to migrate, or begins once more; it runs on.</summary>
    public VmPhase BeginMigration() => Stage == VmStage.Migrating ? this : Step(VmStage.Running, VmStage.Migrating);

    /// <summary>It stays, and was not paused yet.</summary>
    public VmPhase CancelMigration() => Stage == VmStage.Running ? this : Step(VmStage.Migrating, VmStage.Running);

    /// <summary>Its VCPUs are about to leave the cores.</summary>
    public VmPhase Pause() => Step(VmStage.Migrating, VmStage.Pausing);

    /// <summary>No VCPU is there, the guest is written down and the disk ended.</summary>
    public VmPhase Seal() => Step(VmStage.Pausing, VmStage.Paused);

    /// <summary>It goes on where a guest stood: here where it came to, or where it was paused.</summary>
    public VmPhase GoOn() => Stage == VmStage.Expected ? this with { Stage = VmStage.Starting } : Step(VmStage.Paused, VmStage.Starting);

    /// <summary>The power fails, for a VM that is here.</summary>
    public VmPhase LosePower() => Stage switch
    {
        VmStage.Paused => this with { Stage = VmStage.PausedDark },
        VmStage.Starting or VmStage.Running or VmStage.Migrating or VmStage.Pausing => this with { Stage = VmStage.Dark },
        _ => throw Impossible(VmStage.Dark),
    };

    /// <summary>The power is back.</summary>
    public VmPhase RestorePower() => Stage == VmStage.PausedDark
        ? this with { Stage = VmStage.Paused }
        : Step(VmStage.Dark, VmStage.Starting);

    /// <summary>It ends, for good. One that ends already keeps its reason, and is not shown any more if it is elsewhere.</summary>
    /// <param name="shown">How it shows then; null for one that is on another host.</param>
    /// <param name="why">Why, for people.</param>
    public VmPhase End(VmState? shown, string why) => this with
    {
        Stage = VmStage.Ending,
        EndsAs = shown is null || Stage == VmStage.Expected ? null : Stage == VmStage.Ending ? EndsAs : shown,
        WhyEnding = WhyEnding ?? why,
    };

    /// <summary>Why a command cannot be carried out in this phase; null when it can.</summary>
    public string? WhyNot(HostCommand command) => command switch
    {
        HostCommand.Resume when Stage != VmStage.Expected => NotPrepared,
        HostCommand.BeginMigration or HostCommand.NextRound or HostCommand.Pause or HostCommand.CancelMigration => WhyNotMigrate(command),
        _ => null,
    };

    private string? WhyNotMigrate(HostCommand command) => Stage switch
    {
        VmStage.Ending => $"it has ended: {WhyEnding}",
        VmStage.Dark or VmStage.PausedDark => "its host has no power",
        VmStage.Expected => "it is not here yet",
        VmStage.Starting => "it has not started yet",
        VmStage.Pausing => "it is about to be paused",
        VmStage.Paused when command is not HostCommand.CancelMigration => "it is paused",
        VmStage.Running when command is HostCommand.NextRound or HostCommand.Pause =>
            "its migration has not begun, or ended when the power failed",
        _ => null,
    };

    private VmPhase Step(VmStage from, VmStage to) => Stage == from ? this with { Stage = to } : throw Impossible(to);

    private InvalidOperationException Impossible(VmStage to) => new($"a VM cannot become {to}: it is {Stage}");
}

/// <summary>The phases of a VM's life on a host.</summary>
internal enum VmStage
{
    /// <summary>It is about to come from another host: room is made, its bytes arrive.</summary>
    Expected,

    /// <summary>It is here, and its VCPUs do not compete for cores yet.</summary>
    Starting,

    /// <summary>It runs, or its jobs came to their end.</summary>
    Running,

    /// <summary>It runs while its child device is copied to another host.</summary>
    Migrating,

    /// <summary>Its VCPUs leave the cores.</summary>
    Pausing,

    /// <summary>It is bytes: no VCPU is there, and the disk is ended.</summary>
    Paused,

    /// <summary>Its host has no power: it runs nothing and holds no memory, or is about to.</summary>
    Dark,

    /// <summary>The same for one that was paused, and will be again.</summary>
    PausedDark,

    /// <summary>It ends, or has, for good.</summary>
    Ending,
}
