using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A VM's disk on its NVM area: a virtual disk in a VM, the raw device for threads of the host. Sessions outlive it as long as they need.
/// </summary>
internal sealed class VmDisk : IDisposable
{
    private readonly PayloadKind _payload;
    private readonly MountOptions _mountOptions;
    private readonly string _wearPolicy;
    private readonly BlockVerifier? _verifier;
    private readonly ulong _seed;
    private volatile VirtualDisk? _virtualDisk;
    private RawDisk? _rawDisk;
    private bool _isRaw;

    private VmDisk(ScenarioSpec scenario, VmSpec vm, VirtualDisk? virtualDisk, RawDisk? rawDisk)
    {
        (_payload, _mountOptions, _wearPolicy) = (scenario.Host.PayloadOf(vm), MountOptionsOf(scenario, vm), vm.Storage!.WearPolicy);
        (_virtualDisk, _rawDisk) = (virtualDisk, rawDisk);
        _seed = JobSeed.SeedFor(scenario.Seed, vm.Name, "disk", 0);
        var method = vm.Jobs.Max(job => job.Verify);
        if (method == VerifyMethod.None && _payload == PayloadKind.Stamp)
        {
            method = VerifyMethod.Meta;
        }

        if (method != VerifyMethod.None && _payload != PayloadKind.None)
        {
            _verifier = new BlockVerifier(vm.Storage.SizeBytes, _seed, method, stampOnly: _payload == PayloadKind.Stamp);
        }
    }

    /// <summary>Whether it is there, which it is not between a power failure and <see cref="Remount"/>.</summary>
    public bool IsMounted => _virtualDisk is not null || _rawDisk is not null;

    /// <summary>The disk of a VM that is yet to come with it, see <see cref="Remount"/>.</summary>
    public static VmDisk Expect(ScenarioSpec scenario, VmSpec vm) => new(scenario, vm, null, null);

    /// <summary>Takes up the disk that a VM's area holds; an area that never had one gets one.</summary>
    /// <exception cref="NvmException">The disk is damaged; the message names the structure.</exception>
    public static VmDisk Attach(ScenarioSpec scenario, VmSpec vm, NvmArea area)
    {
        var storage = vm.Storage!;
        if (storage.Path == IoPath.Host)
        {
            return new VmDisk(scenario, vm, null, new RawDisk(area));
        }

        if (VirtualDisk.Find(area) is null)
        {
            VirtualDisks.Format(area, storage.SizeBytes, SeededGuid.Of(scenario.Seed, vm.Name), storage.WearPolicy, storage.WearParameters);
        }

        return new VmDisk(scenario, vm, VirtualDisks.Mount(area, MountOptionsOf(scenario, vm)), null);
    }

    /// <summary>
    /// The power fails, after the last session: the disk stays as it is on the NVM. What a verifier expects of it is not the guest's to
    /// forget.
    /// </summary>
    public void LosePower()
    {
        _isRaw = _rawDisk is not null;
        _virtualDisk?.LosePower();
        (_virtualDisk, _rawDisk) = (null, null);
    }

    /// <summary>Whether its blocks have bytes.</summary>
    public bool HasBytes => _payload != PayloadKind.None;

    /// <summary>
    /// Ends the disk, after the last session, so that it can be taken up again or elsewhere. What a verifier expects of it stays.
    /// </summary>
    public void Unmount()
    {
        _virtualDisk?.Dispose();
        _virtualDisk = null;
    }

    /// <summary>Where things lie on a virtual disk that is mounted.</summary>
    public DiskGeometry Geometry => _virtualDisk!.Geometry;

    /// <summary>Writes down what a verifier expects of the disk.</summary>
    public void SaveTo(BinaryWriter to)
    {
        to.Write(_verifier is not null);
        _verifier?.SaveTo(to);
    }

    /// <summary>Expects of the disk what one for the same VM expected.</summary>
    /// <exception cref="InvalidDataException">Blocks were verified there and are not here, or the other way round.</exception>
    public void RestoreFrom(BinaryReader from)
    {
        if (from.ReadBoolean() != _verifier is not null)
        {
            throw new InvalidDataException("the guest's blocks are verified on one of the two hosts only; give both the same payload");
        }

        _verifier?.RestoreFrom(from);
    }

    /// <summary>Takes up the disk after a power failure or a migration. It was there, so it is never made anew.</summary>
    /// <returns>What the mount was like.</returns>
    /// <exception cref="NvmException">The disk is damaged; the message names the structure.</exception>
    public DiskRecovery Remount(NvmArea area)
    {
        if (_isRaw)
        {
            _rawDisk = new RawDisk(area);
            return DiskRecovery.None;
        }

        _virtualDisk = VirtualDisks.Mount(area, _mountOptions);
        return new DiskRecovery(_virtualDisk.WasClean ? 0 : 1, _virtualDisk.RecoveredRecords);
    }

    /// <summary>Opens the disk for one VCPU.</summary>
    public Session OpenSession() => new(this, OpenStorage());

    /// <summary>Bytes of each block that a back end copies.</summary>
    public int CopiedBytesPerBlock => _payload switch
    {
        PayloadKind.None => 0,
        PayloadKind.Stamp => _verifier!.ScratchBytes,
        _ => BlockStorage.BlockBytes,
    };

    /// <summary>I/O in flight begins anew: what was in flight before is lost.</summary>
    public void BeginInFlight() => _verifier?.BeginClaims();

    /// <summary>What is in the buffers of a job on a conventional path.</summary>
    public IoPayload PayloadFor(ulong seed) => this switch
    {
        { _verifier: { } verifier } => new VerifiedPayload(verifier),
        { _payload: PayloadKind.None } => new NoPayload(),
        _ => new FilledPayload(seed),
    };

    /// <summary>Reads back every block that was written, if blocks are verified and the disk is mounted.</summary>
    public void ReadBack()
    {
        if (_verifier is not null && IsMounted)
        {
            using var storage = OpenStorage();
            _verifier.VerifyAll(storage);
        }
    }

    /// <summary>How verification and wear stand.</summary>
    /// <param name="worn">The writes that are asked for; null when there is nothing that counts them.</param>
    public DiskState State(WearCounts? worn)
    {
        WearResult? wear = null;
        if (worn is not null)
        {
            var summary = WearSummary.Of(_wearPolicy, worn);
            wear = new WearResult(
                summary.Policy, summary.Writes, summary.ExtraWrites, summary.Max, summary.Mean, summary.CoefficientOfVariation);
        }

        return new DiskState(_verifier?.BlocksVerified ?? 0, _verifier?.BlocksWrong ?? 0, _verifier?.FirstWrong, wear);
    }

    /// <summary>Wear so far; null for a raw device and without power.</summary>
    public WearCounts? CountWear() => _virtualDisk?.CountWear();

    /// <summary>The same with where the blocks lie. Any thread may ask.</summary>
    public DiskWear? ShowWear() => _virtualDisk is { } disk ? new DiskWear(disk.CountWear(), disk.Geometry.DataFirstBlock) : null;

    /// <inheritdoc/>
    public void Dispose() => _virtualDisk?.Dispose();

    private static MountOptions MountOptionsOf(ScenarioSpec scenario, VmSpec vm) => new()
    {
        CopiesBytes = scenario.Host.PayloadOf(vm) != PayloadKind.None,
        SessionsTakeTurns = scenario.Clock == ClockKind.Virtual,
    };

    private BlockStorage OpenStorage() => _virtualDisk is not null ? _virtualDisk.OpenSession() : _rawDisk!.OpenSession();

    /// <summary>The disk as one VCPU sees it.</summary>
    internal sealed class Session(VmDisk disk, BlockStorage storage)
    {
        /// <summary>The blocks; whoever runs on them disposes them.</summary>
        public BlockStorage Storage { get; } = storage;

        /// <summary>What happens to the bytes of a job.</summary>
        public IoTransfer TransferFor(JobSpec job, ulong seed) => disk switch
        {
            { _verifier: { } verifier } => new VerifiedTransfer(Storage, verifier),
            { _payload: PayloadKind.None } => new NoTransfer(Storage),
            _ => new FullTransfer(Storage, Math.Max(job.ReadBlockBytes, job.WriteBlockBytes), seed),
        };
    }
}

/// <summary>How a disk's verification and wear stand.</summary>
internal sealed record DiskState(long BlocksVerified, long BlocksWrong, string? FirstWrong, WearResult? Wear)
{
    /// <summary>There is no disk.</summary>
    public static DiskState None { get; } = new(0, 0, null, null);
}

/// <summary>What mounting a disk after a power failure was like.</summary>
/// <param name="Disks">1 for a virtual disk that nobody had ended; 0 otherwise.</param>
/// <param name="Records">Changes of its map that were only in its log.</param>
internal sealed record DiskRecovery(int Disks, long Records)
{
    /// <summary>There was nothing to recover.</summary>
    public static DiskRecovery None { get; } = new(0, 0);
}
