using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Vms;
using Mbsa.Model.Results;
using Mbsa.Nvm;

namespace Mbsa.Actors.Hosts;

/// <summary>
/// A host without power: every VM on it lets go of its memory, and has its disk back when the power returns. Part of the host's actor.
/// </summary>
/// <param name="host">What the host's actors share.</param>
/// <param name="device">The NVM device.</param>
/// <param name="guests">The VMs on the host.</param>
internal sealed class HostOutage(HostServices host, HostDevice device, IReadOnlyDictionary<int, HostGuest> guests)
{
    private readonly SortedSet<int> _awaited = [];
    private IActorRef? _asker;
    private HostAnswer.PowerBack? _back;

    /// <summary>Whether the host is without power.</summary>
    public bool IsDark { get; private set; }

    /// <summary>The power fails.</summary>
    public void Begin(IActorRef asker)
    {
        (_asker, _back, IsDark) = (asker, null, true);
        AwaitGuests();
        CutFirst();
    }

    /// <summary>A VM's disk let go of the memory; without power nobody else holds it.</summary>
    public void OnDark(int vm)
    {
        guests[vm].Area?.Dispose();
        guests[vm].Area = null;
        NoLongerAwait(vm);
    }

    /// <summary>The power is back.</summary>
    public void End(IActorRef asker)
    {
        try
        {
            device.LosePower();
        }
        catch (NvmException damaged)
        {
            asker.Tell(new Status.Failure(
                new ScenarioFailedException($"the NVM device could not be mounted after the power failure: {damaged.Message}")));
            return;
        }

        (_asker, _back, IsDark) = (asker, new HostAnswer.PowerBack(0, 0, 0), false);
        host.Board.NvmAllocatedBytes = device.AllocatedBytes;
        AwaitGuests();
        foreach (var vm in _awaited)
        {
            guests[vm].Actor.Tell(Reattach(vm));
        }

        AnswerWhenNobodyIsAwaited();
    }

    /// <summary>A VM is as it was.</summary>
    public void OnBack(VmIsBack message)
    {
        _back = new HostAnswer.PowerBack(
            _back!.Vms + (message.Runs ? 1 : 0),
            _back.DisksRecovered + message.Recovery.Disks,
            _back.RecordsRecovered + message.Recovery.Records);
        NoLongerAwait(message.Vm);
    }

    /// <summary>A VM has answered, or is released.</summary>
    public void NoLongerAwait(int vm)
    {
        var isCutting = IsDark && _awaited.Count > 0 && _awaited.Min == vm;
        if (!_awaited.Remove(vm))
        {
            return;
        }

        if (isCutting)
        {
            CutFirst();
        }
        else
        {
            AnswerWhenNobodyIsAwaited();
        }
    }

    private GivePower Reattach(int vm)
    {
        var (spec, guest) = (host.Scenario.Vms[vm], guests[vm]);
        try
        {
            guest.Area = spec.Storage is null ? null : device.ReattachArea(spec, host.Scenario.PrefaultsMemory, host.ProtectionOf(spec));
            return new GivePower(guest.Area, null);
        }
        catch (NvmException refused)
        {
            return new GivePower(null, refused.Message);
        }
    }

    /// <summary>Waits until every VM that is there has answered or is released.</summary>
    private void AwaitGuests() =>
        _awaited.UnionWith(guests.Where(guest => guest.Value.Hold != GuestHold.Nothing).Select(guest => guest.Key));

    /// <summary>
    /// Cuts the power of one VM after the other: where the run queue's virtual time stands then follows from who left last, and that must
    /// not be a matter of chance.
    /// </summary>
    private void CutFirst()
    {
        if (_awaited.Count > 0)
        {
            guests[_awaited.Min].Actor.Tell(new HostCommand.LosePower());
        }

        AnswerWhenNobodyIsAwaited();
    }

    private void AnswerWhenNobodyIsAwaited()
    {
        if (_awaited.Count == 0)
        {
            _asker?.Tell(_back ?? (HostAnswer)new HostAnswer.Done());
            _asker = null;
        }
    }
}
