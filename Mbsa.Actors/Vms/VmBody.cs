using Akka.Actor;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Vms;

/// <summary>The parts of a VM and how it stands: what its actor shares with those it leaves power failures and moves to.</summary>
internal sealed class VmBody
{
    /// <summary>I/O threads that a VM may have, numbered behind its VCPUs.</summary>
    private const int IoThreads = 1;

    private readonly IActorRef _parent;
    private object? _sayWhenAttached;

    /// <summary>A VM whose VCPUs are yet to start.</summary>
    /// <param name="index">Its place in the scenario.</param>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="area">Its NVM area; null without storage.</param>
    /// <param name="isExpected">Whether it is about to come from another host.</param>
    /// <param name="context">Its actor.</param>
    public VmBody(int index, HostServices host, NvmArea? area, bool isExpected, IUntypedActorContext context)
    {
        (Index, Host, Area, IsExpected, _parent) = (index, host, area, isExpected, context.Parent);
        Spec = host.Scenario.Vms[index];
        Disk = area is null ? null : isExpected ? VmDisk.Expect(host.Scenario, Spec) : VmDisk.Attach(host.Scenario, Spec, area);
        Meter = new VmMeter(Spec, Spec.Vcpus + IoThreads);
        Crew = new VcpuCrew(index, Spec, host, Meter, context);
    }

    /// <summary>Its place in the scenario.</summary>
    public int Index { get; }

    /// <summary>What it is.</summary>
    public VmSpec Spec { get; }

    /// <summary>What the host's actors share.</summary>
    public HostServices Host { get; }

    /// <summary>Its disk; null without storage.</summary>
    public VmDisk? Disk { get; }

    /// <summary>What is measured of it.</summary>
    public VmMeter Meter { get; }

    /// <summary>Its VCPUs.</summary>
    public VcpuCrew Crew { get; }

    /// <summary>What went wrong in it.</summary>
    public VmLedger Ledger { get; } = new();

    /// <summary>Its NVM area; null without storage, and without power.</summary>
    public NvmArea? Area { get; set; }

    /// <summary>Whether it is about to come from another host, and not here yet.</summary>
    public bool IsExpected { get; private set; }

    /// <summary>Why it has no reservation here though it asked for one; null when it has all it asked for.</summary>
    public string? WhyBestEffort { get; set; }

    /// <summary>Whether its host has power.</summary>
    public bool HasPower { get; set; } = true;

    /// <summary>Whether it stops, or has, for good.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Whether it was given up.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether it ever ran here.</summary>
    public bool HasRun { get; private set; }

    /// <summary>It is here now, with what it is promised here.</summary>
    public void Arrive()
    {
        IsExpected = false;
        if (WhyBestEffort is { } why)
        {
            Ledger.AddOnce($"{Spec.Name}: runs as best effort: {why}");
        }
    }

    /// <summary>Tells its host something.</summary>
    public void TellHost(object message) => _parent.Tell(message);

    /// <summary>Shows what it is and how it stands.</summary>
    public void Show(VmState state)
    {
        if (Disk is not null)
        {
            Host.Board.ShowDisk(Index, Disk.ShowWear);
        }

        Host.Board.Show(Index, state, Meter.Records);
    }

    /// <summary>Its VCPUs were let go: its host hears this when all of them compete for cores.</summary>
    public void SayWhenAttached(object message)
    {
        _sayWhenAttached = message;
        SayIfAttached();
    }

    /// <summary>One of its VCPUs competes for cores.</summary>
    public void SayIfAttached()
    {
        if (_sayWhenAttached is { } message && !IsStopping && Crew.IsAttached)
        {
            TellHost(message);
            (_sayWhenAttached, HasRun) = (null, true);
        }
    }
}
