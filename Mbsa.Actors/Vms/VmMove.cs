using Mbsa.Actors.Hosts;
using Mbsa.Actors.Scenarios;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Moving;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A VM on the move: what of its child device still has to be copied, and the guest while nobody runs it. A guest that stays goes on from the same bytes
/// as one that left. Part of the VM's actor.
/// </summary>
internal sealed class VmMove(int vm, VmSpec spec, VmDisk? disk, VmMeter meter)
{
    private readonly SortedDictionary<int, DirectVcpu?> _workers = [];
    private NvmArea? _area;
    private OutgoingBlocks? _blocks;

    /// <summary>Whether <see cref="Begin"/> was called, and not <see cref="Forget"/>.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Whether its VCPUs are about to stop.</summary>
    public bool IsPausing { get; private set; }

    /// <summary>When the last quantum that had begun is over; while it is pausing.</summary>
    public long PausedNs { get; set; }

    /// <summary>Where the guest stands while it is paused; else null.</summary>
    public byte[]? Guest { get; private set; }

    /// <summary>Begins, and takes the first round.</summary>
    /// <exception cref="InvalidDataException">It is too much for one round.</exception>
    public MoveRound Begin(NvmArea? area)
    {
        (IsBegun, _area) = (true, area);
        _blocks = area is null ? null : new OutgoingBlocks(area, disk!.Geometry, disk.HasBytes);
        return Next();
    }

    /// <summary>Takes what was written since the last round.</summary>
    /// <exception cref="InvalidDataException">It is too much for one round.</exception>
    public MoveRound Next() => Round(_blocks?.Take(disk!.CountWear()!));

    /// <summary>Its VCPUs are about to stop.</summary>
    public void BeginPause()
    {
        IsPausing = true;
        _workers.Clear();
    }

    /// <summary>A VCPU stopped; without a worker its jobs had come to their end.</summary>
    public void Add(int vcpu, DirectVcpu? worker) => _workers[vcpu] = worker;

    /// <summary>Whether a VCPU stopped for the pause.</summary>
    public bool Has(int vcpu) => _workers.ContainsKey(vcpu);

    /// <summary>All VCPUs have stopped: writes the guest down, ends the disk and takes the last round.</summary>
    /// <exception cref="InvalidDataException">It is too much for one round; it is paused nevertheless.</exception>
    public VmPaused Pause(VmLedger ledger)
    {
        IsPausing = false;
        meter.LoseDisk(disk);
        var guest = Guest = MovedGuest.Seal(to => SaveTo(to, ledger));
        _workers.Clear();
        var counts = disk?.CountWear();
        disk?.Unmount();
        var last = Round(_blocks?.Take(counts!));
        return new VmPaused(vm, last, guest, _area is null ? 0 : AreaHash.Of(_area, disk!.HasBytes), PausedNs) { GuestBytes = Parcel.BodyBytes(guest) };
    }

    /// <summary>The move is over here: it was cancelled, or nothing that is known of the child device holds any more. A guest that is paused stays so.</summary>
    public void Forget() => (IsBegun, IsPausing, _area, _blocks) = (false, false, null, null);

    /// <summary>Brings everything but the disk to where a guest stood.</summary>
    /// <returns>What the worker of each VCPU wrote down; null for one whose jobs had come to their end.</returns>
    /// <exception cref="InvalidDataException">The guest is damaged, or another VM's.</exception>
    public SortedDictionary<int, byte[]?> Restore(byte[] guest, VmLedger ledger)
    {
        var workers = new SortedDictionary<int, byte[]?>();
        MovedGuest.Open(guest, from =>
        {
            var (name, vcpus, jobs) = (from.ReadString(), from.ReadInt32(), from.ReadInt32());
            if (name != spec.Name || vcpus != spec.Vcpus || jobs != spec.Jobs.Length)
            {
                throw new InvalidDataException($"guest: it is '{name}' with {vcpus} VCPUs and {jobs} jobs, not '{spec.Name}' with {spec.Vcpus} and {spec.Jobs.Length}");
            }

            var count = from.ReadInt32();
            for (var i = 0; i < count; i++)
            {
                var vcpu = from.ReadInt32();
                workers[vcpu] = from.ReadInt32() is >= 0 and var length ? from.ReadBytes(length) : null;
            }

            ledger.RestoreFrom(from);
            disk?.RestoreFrom(from);
            meter.RestoreFrom(from);
        });
        Guest = null;
        return workers;
    }

    private void SaveTo(BinaryWriter to, VmLedger ledger)
    {
        to.Write(spec.Name);
        to.Write(spec.Vcpus);
        to.Write(spec.Jobs.Length);
        to.Write(_workers.Count);
        foreach (var (vcpu, worker) in _workers)
        {
            var state = worker is null || worker.IsFinishedAt(PausedNs) ? null : StateOf(worker);
            to.Write(vcpu);
            to.Write(state?.Length ?? -1);
            to.Write(state ?? []);
        }

        ledger.SaveTo(to);
        disk?.SaveTo(to);
        meter.SaveTo(to);
    }

    private static byte[] StateOf(DirectVcpu worker)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        worker.SaveTo(to);
        to.Flush();
        return bytes.ToArray();
    }

    private MoveRound Round(BlockRound? round) => new(vm, round?.Blocks ?? 0, (round ?? BlockRound.None).Content);
}
