using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Vm;

namespace Mbsa.Actors.Vms;

/// <summary>A VM whose host has no power: it lets go of everything at once, and begins anew when the power is back. One that is paused stays so. Part of the VM's actor.</summary>
internal sealed class VmOutage(VmBody vm, VmMove move)
{
    private bool _hadFinished;

    /// <summary>The power fails, for a VM that is neither about to stop nor yet to come.</summary>
    public void Begin()
    {
        vm.HasPower = false;
        move.Abandon("the power of its host failed");
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

        _hadFinished = vm.Host.Board.StateOf(vm.Index) == VmState.Finished;
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
        vm.HasPower = true;
        vm.Area = message.Area;
        DiskRecovery recovery;
        try
        {
            recovery = message switch
            {
                { WhyNoArea: { } why } => throw new InputException(why),
                { Area: { } area } when !move.IsPaused => vm.Disk!.Remount(area),
                _ => DiskRecovery.None,
            };
        }
        catch (Exception damaged) when (damaged is NvmException or InputException)
        {
            return damaged.Message;
        }

        vm.Host.Board.Show(vm.Index, _hadFinished ? VmState.Finished : VmState.Running);
        if (move.IsPaused)
        {
            vm.TellHost(new VmIsBack(vm.Index, Runs: false, recovery));
            return null;
        }

        vm.Meter.RegainDisk(vm.Disk);
        if (_hadFinished)
        {
            vm.TellHost(new VmIsBack(vm.Index, Runs: false, recovery));
            return null;
        }

        vm.Crew.Start(vm.Disk);
        vm.SayWhenAttached(new VmIsBack(vm.Index, Runs: true, recovery));
        return null;
    }
}
