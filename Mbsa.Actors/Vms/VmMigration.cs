using Akka.Actor;
using Mbsa.Actors.Commands;
using Mbsa.Actors.Qos;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Vm;
using Mbsa.Vm.Migrating;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A VM that migrates: what of its child device still has to be copied, and the guest while nobody runs it. A guest that stays after all
/// goes on from the same bytes as one that left. Part of the VM's actor; the host hears its answers.
/// </summary>
internal sealed class VmMigration(VmBody vm)
{
    private readonly SortedDictionary<int, DirectVcpu?> _workers = [];
    private OutgoingBlocks? _blocks;
    private long _pausedNs;
    private byte[]? _guest;

    /// <summary>Begins, and takes the first round.</summary>
    public void Begin() => Answer(() =>
    {
        _blocks = vm.Area is null ? null : new OutgoingBlocks(vm.Area, vm.Disk!.Geometry, vm.Disk.HasBytes);
        vm.Phase = vm.Phase.BeginMigration();
        return Round(vm.Disk?.CountWear());
    });

    /// <summary>Takes what was written since the last round.</summary>
    public void Continue() => Answer(() => Round(vm.Disk?.CountWear()));

    /// <summary>Pauses: first the quanta end that have begun.</summary>
    public void Pause()
    {
        vm.Phase = vm.Phase.Pause();
        _workers.Clear();
        vm.Host.Supervisor.Tell(new EndQuanta(vm.Index));
    }

    /// <summary>No VCPU is in a quantum any more.</summary>
    /// <param name="endNs">When the last of these quanta is over, on the scenario's clock.</param>
    public void OnQuantaEnded(long endNs)
    {
        if (vm.Phase.Stage == VmStage.Pausing)
        {
            _pausedNs = endNs;
            vm.Crew.Stop();
            PauseWhenEmpty();
        }
    }

    /// <summary>A VCPU left the cores; without a worker its jobs had come to their end.</summary>
    public void Add(int vcpu, DirectVcpu? worker)
    {
        if (vm.Phase.Stage == VmStage.Pausing)
        {
            _workers[vcpu] = worker;
        }
    }

    /// <summary>Whether a VCPU left the cores for the pause.</summary>
    public bool Has(int vcpu) => _workers.ContainsKey(vcpu);

    /// <summary>A VCPU is gone: after the last one the guest is written down, the disk ended, the last round taken.</summary>
    public void PauseWhenEmpty()
    {
        if (!vm.Crew.IsEmpty)
        {
            return;
        }

        foreach (var vcpu in vm.Crew.Finished)
        {
            _workers[vcpu] = null;
        }

        vm.Meter.LoseDisk(vm.Disk);
        _guest = SealGuest();
        _workers.Clear();
        var counts = vm.Disk?.CountWear();
        vm.Disk?.Unmount();
        vm.Phase = vm.Phase.Seal();
        Answer(() => new HostAnswer.Paused(
            Round(counts),
            _guest,
            Shipment.BodyBytes(_guest),
            vm.Area is { } area ? MigratedBlocks.HashOf(area, vm.Disk!.HasBytes) : 0,
            _pausedNs));
    }

    /// <summary>The VM stays: goes on here if it is paused.</summary>
    public void Cancel()
    {
        _blocks = null;
        if (vm.Phase.Stage == VmStage.Paused)
        {
            Resume(_guest!);
        }
        else
        {
            vm.Phase = vm.Phase.CancelMigration();
            vm.Answer(new HostAnswer.Done());
        }
    }

    /// <summary>Goes on where a guest stood, on the disk that the area holds.</summary>
    public void Resume(byte[] guest)
    {
        SortedDictionary<int, byte[]?> workers;
        try
        {
            workers = OpenGuest(guest);
            if (vm.Area is { } area)
            {
                vm.Disk!.Remount(area); // last: it changes the bytes of the area
            }
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NvmException or InputException)
        {
            vm.Answer(new HostAnswer.Refused(wrong.Message));
            return;
        }

        _guest = null;
        vm.Phase = vm.Phase.GoOn();
        vm.Arrive();
        vm.Meter.RegainDisk(vm.Disk);
        vm.Crew.Start(vm.Disk, workers);
        vm.Show(vm.Crew.IsFinished ? VmState.Finished : VmState.Running);
        vm.SayWhenAttached(new VmAnswer(vm.Index, new HostAnswer.Done()));
    }

    /// <summary>
    /// What is known of the child device does not hold any more, and whoever waits for the VM to be paused waits in vain. A guest that is
    /// paused stays so.
    /// </summary>
    public void Abandon(string why)
    {
        _blocks = null;
        if (vm.Phase.Stage == VmStage.Pausing)
        {
            vm.Answer(new HostAnswer.Refused(why));
        }
    }

    private HostAnswer.Round Round(WearCounts? counts)
    {
        var round = _blocks?.Take(counts!) ?? BlockRound.None;
        return new HostAnswer.Round(round.Blocks, round.Content);
    }

    /// <summary>Answers with what there is to copy, unless it is too much.</summary>
    private void Answer(Func<HostAnswer> answer)
    {
        try
        {
            vm.Answer(answer());
        }
        catch (InvalidDataException tooMuch)
        {
            vm.Answer(new HostAnswer.Refused(tooMuch.Message));
        }
    }

    /// <summary>Seals the guest of a VM whose VCPUs have stopped, after <see cref="VmMeter.LoseDisk"/>.</summary>
    private byte[] SealGuest() => MigratedGuest.Seal(to =>
    {
        to.Write(vm.Spec.Name);
        to.Write(vm.Spec.Vcpus);
        to.Write(vm.Spec.Jobs.Length);
        to.Write(_workers.Count);
        foreach (var (vcpu, worker) in _workers)
        {
            var state = worker is null || worker.IsFinishedAt(_pausedNs) ? null : StateOf(worker);
            to.Write(vcpu);
            to.Write(state?.Length ?? -1);
            to.Write(state ?? []);
        }

        vm.Ledger.SaveTo(to);
        vm.Disk?.SaveTo(to);
        vm.Meter.SaveTo(to);
    });

    /// <summary>Brings everything of a VM but its disk and its VCPUs to where a guest stood.</summary>
    /// <returns>What the worker of each VCPU wrote down; null for one whose jobs had come to their end.</returns>
    /// <exception cref="InvalidDataException">The guest is damaged, or another VM's.</exception>
    private SortedDictionary<int, byte[]?> OpenGuest(byte[] guest)
    {
        var (spec, workers) = (vm.Spec, new SortedDictionary<int, byte[]?>());
        MigratedGuest.Open(guest, from =>
        {
            var (name, vcpus, jobs) = (from.ReadString(), from.ReadInt32(), from.ReadInt32());
            if (name != spec.Name || vcpus != spec.Vcpus || jobs != spec.Jobs.Length)
            {
                throw new InvalidDataException($"guest: it is '{name}' with {vcpus} VCPUs and {jobs} jobs, "
                    + $"not '{spec.Name}' with {spec.Vcpus} and {spec.Jobs.Length}");
            }

            for (var left = from.ReadInt32(); left > 0; left--)
            {
                var vcpu = from.ReadInt32();
                workers[vcpu] = from.ReadInt32() is >= 0 and var length ? from.ReadBytes(length) : null;
            }

            vm.Ledger.RestoreFrom(from);
            vm.Disk?.RestoreFrom(from);
            vm.Meter.RestoreFrom(from);
        });
        return workers;
    }

    private static byte[] StateOf(DirectVcpu worker)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        worker.SaveTo(to);
        to.Flush();
        return bytes.ToArray();
    }
}
