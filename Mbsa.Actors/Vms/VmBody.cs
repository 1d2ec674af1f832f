using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Devices;

namespace Mbsa.Actors.Vms;

/// <summary>The parts of a VM and how it stands: what its actor shares with those it leaves power failures and migrations to.</summary>
internal sealed class VmBody
{
    /// <summary>I/O threads that a VM may have, numbered behind its VCPUs.</summary>
    private const int IoThreads = 1;

    private readonly IActorRef _parent;
    private IHostMessage? _sayWhenAttached;

    /// <summary>A VM whose VCPUs are yet to start.</summary>
    /// <param name="index">Its place in the scenario.</param>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="area">Its NVM area; null without storage.</param>
    /// <param name="isExpected">Whether it is about to come from another host.</param>
    /// <param name="context">Its actor.</param>
    public VmBody(int index, HostServices host, NvmArea? area, bool isExpected, IUntypedActorContext context)
    {
        (Index, Host, Area, _parent) = (index, host, area, context.Parent);
        Phase = isExpected ? VmPhase.Expected : VmPhase.Starting;
        Spec = host.Scenario.Vms[index];
        Disk = area is null ? null : isExpected ? VmDisk.Expect(host.Scenario, Spec) : VmDisk.Attach(host.Scenario, Spec, area);
        Meter = new VmMeter(Spec, IoThreads, host.Scenario.JobSamplePeriodNs);
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

    /// <summary>Where it is in its life here.</summary>
    public VmPhase Phase { get; set; }

    /// <summary>What is worth a line about what it is promised here; null for nothing.</summary>
    public string? Remark { get; set; }

    /// <summary>It is here now, with what it is promised here.</summary>
    public void Arrive()
    {
        if (Remark is { } remark)
        {
            Ledger.AddOnce($"{Spec.Name}: {remark}");
        }
    }

    /// <summary>Tells its host something.</summary>
    public void TellHost(IHostMessage message) => _parent.Tell(message);

    /// <summary>Answers the command at hand.</summary>
    public void Answer(HostAnswer answer) => TellHost(new VmAnswer(Index, answer));

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
    public void SayWhenAttached(IHostMessage message)
    {
        _sayWhenAttached = message;
        SayIfAttached();
    }

    /// <summary>One of its VCPUs competes for cores.</summary>
    public void SayIfAttached()
    {
        if (_sayWhenAttached is { } message && Phase.Stage == VmStage.Starting && Crew.IsAttached)
        {
            (_sayWhenAttached, Phase) = (null, Phase.Attach());
            TellHost(message);
        }
    }
}

/// <summary>From a VM to its host: what it answers to the command at hand.</summary>
internal sealed record VmAnswer(int Vm, HostAnswer Answer) : IHostMessage;

/// <summary>From a VM to its host: it holds no memory and runs nothing any more.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="WhyNotStarted">What kept it from starting; null when it had started.</param>
internal sealed record VmReleased(int Vm, string? WhyNotStarted) : IHostMessage;
