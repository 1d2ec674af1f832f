using Mbsa.Actors.Commands;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A VM whose host has no power: it lets go of everything at once, and begins anew when the power is back. One that is paused stays so.
/// Part of the VM's actor.
/// </summary>
internal sealed class VmOutage(VmBody vm, VmMigration migration)
{
    /// <summary>The power fails, for a VM that neither ends nor is yet to come.</summary>
    public void Begin()
    {
        migration.Abandon("the power of its host failed");
        vm.Phase = vm.Phase.LosePower();
        vm.Crew.Stop();
        GoDarkWhenEmpty();
    }

    /// <summary>A VCPU is gone: after the last one nothing is left that needs power.</summary>
    public void GoDarkWhenEmpty()
    {
        if (!vm.Crew.IsEmpty)
        {
            return;
        }

        vm.Meter.LoseDisk(vm.Disk);
        vm.Disk?.LosePower();
        vm.Area = null;
        vm.Host.Board.Show(vm.Index, VmState.NoPower);
        vm.TellHost(new VmIsDark(vm.Index));
    }

    /// <summary>The power is back.</summary>
    /// <returns>Why the VM has to be given up; null when it is as it was.</returns>
    public string? End(GivePower message)
    {
        vm.Phase = vm.Phase.RestorePower();
        vm.Area = message.Area;
        var isPaused = vm.Phase.Stage == VmStage.Paused;
        DiskRecovery recovery;
        try
        {
            recovery = message switch
            {
                { WhyNoArea: { } why } => throw new InputException(why),
                { Area: { } area } when !isPaused => vm.Disk!.Remount(area),
                _ => DiskRecovery.None,
            };
        }
        catch (Exception damaged) when (damaged is NvmException or InputException)
        {
            return damaged.Message;
        }

        var hadFinished = vm.Crew.IsFinished;
        vm.Host.Board.Show(vm.Index, hadFinished ? VmState.Finished : VmState.Running);
        if (!isPaused)
        {
            vm.Meter.RegainDisk(vm.Disk);
        }

        if (isPaused || hadFinished)
        {
            vm.Phase = isPaused ? vm.Phase : vm.Phase.Attach();
            vm.TellHost(new VmIsBack(vm.Index, Runs: false, recovery));
        }
        else
        {
            vm.Crew.Start(vm.Disk);
            vm.SayWhenAttached(new VmIsBack(vm.Index, Runs: true, recovery));
        }

        return null;
    }
}

/// <summary>
/// From a VM to its host after <see cref="HostCommand.LosePower"/>: it runs nothing and holds no memory until the power is back.
/// </summary>
internal sealed record VmIsDark(int Vm) : IHostMessage;

/// <summary>
/// To a VM: the power is there again. Answered with <see cref="VmIsBack"/>, or with <see cref="VmReleased"/> when it is given up.
/// </summary>
/// <param name="Area">Its NVM area; null without storage.</param>
/// <param name="WhyNoArea">What kept its child device from being mapped; null when nothing did.</param>
internal sealed record GivePower(NvmArea? Area, string? WhyNoArea) : IVmMessage;

/// <summary>From a VM to its host: it is as it was when the power failed.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Runs">Whether its VCPUs compete for cores again; they do not in a VM that had finished.</param>
/// <param name="Recovery">What the mount of its disk was like.</param>
internal sealed record VmIsBack(int Vm, bool Runs, DiskRecovery Recovery) : IHostMessage;
