using Akka.Actor;
using Mbsa.Actors.Qos;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Vm;
using Mbsa.Vm.Migrating;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A VM on the move: what of its child device still has to be copied, and the guest while nobody runs it. A guest that stays after all goes on from the same
/// bytes as one that left. Part of the VM's actor; the host hears its answers.
/// </summary>
internal sealed class VmMove(VmBody vm)
{
    private readonly SortedDictionary<int, DirectVcpu?> _workers = [];
    private OutgoingBlocks? _blocks;
    private bool _isBegun;
    private long _pausedNs;
    private byte[]? _guest;

    /// <summary>Whether its VCPUs are about to stop.</summary>
    public bool IsPausing { get; private set; }

    /// <summary>Whether it is paused: no VCPU is there, and the disk is ended.</summary>
    public bool IsPaused => _guest is not null;

    /// <summary>Begins, and takes the first round.</summary>
    public void Begin()
    {
        if (Refuses(IsPaused ? "it is paused" : null))
        {
            return;
        }

        Answer(() =>
        {
            _blocks = vm.Area is null ? null : new OutgoingBlocks(vm.Area, vm.Disk!.Geometry, vm.Disk.HasBytes);
            _isBegun = true;
            return Round(vm.Disk?.CountWear());
        });
    }

    /// <summary>Takes what was written since the last round.</summary>
    public void Continue()
    {
        if (!Refuses(WhyNotContinue()))
        {
            Answer(() => Round(vm.Disk?.CountWear()));
        }
    }

    /// <summary>Pauses: first the quanta end that have begun.</summary>
    public void Pause()
    {
        if (!Refuses(WhyNotContinue()))
        {
            IsPausing = true;
            _workers.Clear();
            vm.Host.Supervisor.Tell(new EndQuanta(vm.Index));
        }
    }

    /// <summary>No VCPU is in a quantum any more.</summary>
    /// <param name="endNs">When the last of these quanta is over, on the scenario's clock.</param>
    public void OnQuantaEnded(long endNs)
    {
        if (IsPausing)
        {
            _pausedNs = endNs;
            vm.Crew.Tell(PauseVcpu.Instance);
            PauseWhenEmpty();
        }
    }

    /// <summary>A VCPU stopped; without a worker its jobs had come to their end.</summary>
    public void Add(int vcpu, DirectVcpu? worker) => _workers[vcpu] = worker;

    /// <summary>Whether a VCPU stopped for the pause.</summary>
    public bool Has(int vcpu) => _workers.ContainsKey(vcpu);

    /// <summary>A VCPU is gone: after the last one the guest is written down, the disk ended, the last round taken.</summary>
    public void PauseWhenEmpty()
    {
        if (!vm.Crew.IsEmpty)
        {
            return;
        }

        IsPausing = false;
        foreach (var vcpu in vm.Crew.Finished)
        {
            _workers[vcpu] = null;
        }

        vm.Meter.LoseDisk(vm.Disk);
        _guest = GuestState.Seal(vm, _workers, _pausedNs);
        _workers.Clear();
        var counts = vm.Disk?.CountWear();
        vm.Disk?.Unmount();
        Answer(() => new VmPaused(vm.Index, Round(counts), _guest, vm.Area is { } area ? AreaHash.Of(area, vm.Disk!.HasBytes) : 0, _pausedNs)
        {
            GuestBytes = Shipment.BodyBytes(_guest),
        });
    }

    /// <summary>The VM stays: goes on here if it is paused.</summary>
    public void Cancel()
    {
        Abandon("it is to stay");
        if (Refuses(null))
        {
            return;
        }

        if (_guest is { } guest)
        {
            Resume(guest);
        }
        else
        {
            Tell(new VmRunning(vm.Index));
        }
    }

    /// <summary>Goes on where a guest stood, on the disk that the area holds.</summary>
    public void Resume(byte[] guest)
    {
        SortedDictionary<int, byte[]?> workers;
        try
        {
            workers = GuestState.Open(guest, vm);
            if (vm.Area is { } area)
            {
                vm.Disk!.Remount(area); // last: it changes the bytes of the area
            }
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException or InputException)
        {
            Tell(new VmRefused(vm.Index, wrong.Message));
            return;
        }

        _guest = null;
        vm.Arrive();
        vm.Meter.RegainDisk(vm.Disk);
        vm.Crew.Resume(vm.Disk, workers);
        vm.Show(vm.Crew.IsFinished ? VmState.Finished : VmState.Running);
        vm.SayWhenAttached(new VmStarted(vm.Index));
    }

    /// <summary>What is known of the child device does not hold any more, and whoever waits for the VM to be paused waits in vain. A guest that is paused stays so.</summary>
    public void Abandon(string why)
    {
        if (IsPausing)
        {
            Tell(new VmRefused(vm.Index, why));
        }

        (_isBegun, IsPausing, _blocks) = (false, false, null);
    }

    private string? WhyNotContinue() => IsPaused ? "it is paused" : _isBegun ? null : "its move has not begun, or ended when the power failed";

    /// <summary>Refuses what cannot be, and says why.</summary>
    private bool Refuses(string? whyNotNow)
    {
        var why = vm.IsStopping ? $"it has ended{(vm.Ledger.Problems.Count > 0 ? $": {vm.Ledger.Problems[^1]}" : "")}"
            : !vm.HasPower ? "its host has no power"
            : vm.IsExpected ? "it is not here yet"
            : whyNotNow;
        if (why is not null)
        {
            Tell(new VmRefused(vm.Index, why));
        }

        return why is not null;
    }

    private MoveRound Round(WearCounts? counts)
    {
        var round = _blocks?.Take(counts!) ?? BlockRound.None;
        return new MoveRound(vm.Index, round.Blocks, round.Content);
    }

    /// <summary>Answers with what there is to copy, unless it is too much.</summary>
    private void Answer(Func<object> answer)
    {
        try
        {
            Tell(answer());
        }
        catch (InvalidDataException tooMuch)
        {
            Tell(new VmRefused(vm.Index, tooMuch.Message));
        }
    }

    private void Tell(object answer) => vm.TellHost(new MoveAnswer(vm.Index, answer));
}
