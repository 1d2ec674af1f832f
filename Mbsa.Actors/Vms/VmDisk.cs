using Mbsa.Actors.Hosts;
using Mbsa.Actors.Results;
using Mbsa.Actors.Scenarios;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Actors.Vms;

/// <summary>A VM's disk on its NVM area: a virtual disk in a VM, the raw device for threads of the host. Sessions outlive it as long as they need.</summary>
internal sealed class VmDisk : IDisposable
{
    private readonly PayloadKind _payload;
    private readonly VirtualDisk? _virtualDisk;
    private readonly RawDisk? _rawDisk;
    private readonly BlockVerifier? _verifier;
    private readonly ulong _seed;

    private VmDisk(ScenarioSpec scenario, VmSpec vm, VirtualDisk? virtualDisk, RawDisk? rawDisk)
    {
        (_payload, _virtualDisk, _rawDisk) = (scenario.Host.Payload, virtualDisk, rawDisk);
        _seed = JobSeed.SeedFor(scenario.Seed, vm.Name, "disk", 0);
        var method = vm.Jobs.Max(job => job.Verify);
        if (method == VerifyMethod.None && _payload == PayloadKind.Stamp)
        {
            method = VerifyMethod.Meta;
        }

        if (method != VerifyMethod.None && _payload != PayloadKind.None)
        {
            _verifier = new BlockVerifier(vm.Storage!.SizeBytes, _seed, method, stampOnly: _payload == PayloadKind.Stamp);
        }
    }

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
            VirtualDisk.Format(area, storage.SizeBytes, SeededGuid.Of(scenario.Seed, vm.Name), storage.WearPolicy, storage.WearParameters);
        }

        return new VmDisk(scenario, vm, VirtualDisk.Mount(area, new MountOptions { MovesBytes = scenario.Host.Payload != PayloadKind.None }), null);
    }

    /// <summary>Opens the disk for one VCPU.</summary>
    public Session OpenSession() => new(this, OpenStorage());

    /// <summary>Reads back every block that was written, if blocks are verified.</summary>
    public void ReadBack()
    {
        if (_verifier is not null)
        {
            using var storage = OpenStorage();
            _verifier.VerifyAll(storage);
        }
    }

    /// <summary>How verification and wear stand.</summary>
    /// <param name="since">Wear at the beginning of what is asked for; null for all of it.</param>
    public DiskState State(WearCounts? since)
    {
        WearResult? wear = null;
        if (_virtualDisk is not null)
        {
            var summary = _virtualDisk.SummariseWear(since);
            wear = new WearResult(summary.Policy, summary.Writes, summary.ExtraWrites, summary.Max, summary.Mean, summary.CoefficientOfVariation);
        }

        return new DiskState(_verifier?.BlocksVerified ?? 0, _verifier?.BlocksWrong ?? 0, _verifier?.FirstWrong, wear);
    }

    /// <summary>Wear so far, to measure from.</summary>
    public WearCounts? CountWear() => _virtualDisk?.CountWear();

    /// <inheritdoc/>
    public void Dispose() => _virtualDisk?.Dispose();

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
