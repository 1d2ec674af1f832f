using System.Collections.Immutable;
using Mbsa.Model.Scenario;
using Mbsa.Vm;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Actors.Vms;

/// <summary>One clone of a job: what fio's <c>numjobs</c> multiplies.</summary>
/// <param name="Job">The job.</param>
/// <param name="Index">Which clone, from 0.</param>
/// <param name="Place">Its place among all clones of the VM's jobs, from 0.</param>
internal sealed record JobClone(JobSpec Job, int Index, int Place);

/// <summary>Makes the workers of a VM for the scenario's clock, from one start of the VM to its end or to a power failure.</summary>
internal sealed class VcpuFactory
{
    private readonly HostServices _host;
    private readonly VmSpec _vm;
    private readonly VmDisk? _disk;
    private readonly ImmutableArray<ImmutableArray<JobClone>> _dealt;
    private readonly VirtioDisk? _virtio;
    private readonly JobOrder? _order;
    private readonly DiskLayout? _layout;

    /// <summary>A factory for a VM that starts now.</summary>
    /// <param name="host">What the host's actors share.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="disk">Its disk; null without one.</param>
    /// <param name="dealt">What each VCPU runs.</param>
    /// <exception cref="InputException">
    /// The files of its jobs do not fit its disk, or on a conventional path more I/O would be in flight than its disk can hold.
    /// </exception>
    public VcpuFactory(HostServices host, VmSpec vm, VmDisk? disk, ImmutableArray<ImmutableArray<JobClone>> dealt)
    {
        (_host, _vm, _disk, _dealt) = (host, vm, disk, dealt);
        _order = JobOrder.Of(vm.Jobs, host.Clock.NowNs);

        // Not what the disk says it has: a raw one grows with its child device, and the jobs of a VCPU that begins anew are the same as
        // before.
        _layout = vm.Storage is { } disks ? DiskLayout.Of(vm.Jobs, disks.SizeBytes) : null;
        if (disk is not null && vm.Storage is { } storage && storage.Path.IsConventional())
        {
            disk.BeginInFlight();
            ImmutableArray<List<FrontEndClone?>> clones = [.. dealt.Select(clones => clones.Select(FrontEndClone).ToList())];
            _virtio = new VirtioDisk(storage.Path, StagesOf(storage.Path), clones);
        }
    }

    /// <summary>Whether the VM's I/O is done by an I/O thread.</summary>
    public bool HasIoThread => _virtio is { IsInUse: true };

    private MachineProfile Machine => _host.Scenario.Host.Machine;

    private WallPace Pace => new(_host.Wall?.Clock);

    /// <summary>Deals the clones of all jobs to the VCPUs in turn.</summary>
    /// <returns>Per VCPU the jobs it runs.</returns>
    public static ImmutableArray<ImmutableArray<JobClone>> Deal(VmSpec vm)
    {
        var dealt = new List<JobClone>[vm.Vcpus];
        for (var vcpu = 0; vcpu < dealt.Length; vcpu++)
        {
            dealt[vcpu] = [];
        }

        var next = 0;
        foreach (var job in vm.Jobs)
        {
            for (var clone = 0; clone < job.NumJobs; clone++)
            {
                dealt[next % dealt.Length].Add(new JobClone(job, clone, next++));
            }
        }

        return [.. dealt.Select(jobs => jobs.ToImmutableArray())];
    }

    /// <summary>Makes the worker of a VCPU, which starts now.</summary>
    /// <param name="vcpu">Which one.</param>
    /// <param name="record">Where it counts.</param>
    /// <param name="saved">What one like it wrote down, to go on where that stood; null for one that begins anew.</param>
    public VcpuWorker Create(int vcpu, VcpuRecord record, byte[]? saved)
    {
        var (clones, nowNs) = (_dealt[vcpu], _host.Clock.NowNs);
        if (_virtio is not null)
        {
            var frontEnd = _virtio.FrontEnds[vcpu];
            var queued = clones.Select((clone, i) => StartQueued(clone, frontEnd.Jobs[i], nowNs, record.Jobs[i])).ToList();
            return new VirtioVcpu(record, queued, frontEnd, Machine.ContextSwitchNs, Pace, nowNs);
        }

        var session = _disk?.OpenSession();
        try
        {
            var jobs = clones.Select((clone, i) => Start(clone, session, nowNs, record.Jobs[i])).ToList();
            DirectVcpu worker = _host.Wall is { } wall
                ? new WallVcpu(record, jobs, session?.Storage, wall.Clock, wall.Delay, _host.Scenario.Latency == LatencySampling.Every)
                : new VirtualVcpu(record, jobs, session?.Storage, nowNs);
            if (saved is not null)
            {
                using var from = new BinaryReader(new MemoryStream(saved, writable: false));
                worker.RestoreFrom(from);
            }

            return worker;
        }
        catch
        {
            session?.Storage.Dispose();
            throw;
        }
    }

    /// <summary>Makes the worker of the I/O thread, which starts now.</summary>
    public IoThread CreateIoThread(VcpuRecord record) =>
        new(_virtio!, _disk!.OpenSession().Storage, _disk.CopiedBytesPerBlock, record, Machine.ContextSwitchNs, Pace, _host.Clock.NowNs);

    private StageCosts StagesOf(IoPath path) => Machine.Paths[path].Stages
        ?? throw new InputException($"machine '{Machine.Name}' has no 'stages' for a conventional path; add them to its profile, "
            + "or choose a machine that has them");

    private FrontEndClone? FrontEndClone(JobClone clone)
    {
        var (job, index, _) = clone;
        if (job.Pattern == IoPattern.Compute)
        {
            return null;
        }

        return new FrontEndClone(job, JobUse.TimesOf(_host.Scenario, _vm, job), _disk!.PayloadFor(SeedOf(job, index)));
    }

    private RunningJob StartQueued(JobClone clone, FrontEndJob? requests, long nowNs, JobRecord record)
    {
        var (job, index, _) = clone;
        if (requests is null)
        {
            return StartHog(clone, nowNs, record);
        }

        var source = new OperationSource(job, _layout![clone.Place], SeedOf(job, index), index);
        return new QueuedJob(job, source, requests, nowNs, RhythmOf(clone), TurnOf(clone)) { Record = record };
    }

    private RunningJob StartHog(JobClone clone, long nowNs, JobRecord record) =>
        new(clone.Job, null, null, null, nowNs, RhythmOf(clone), TurnOf(clone)) { Record = record };

    private JobTurn? TurnOf(JobClone clone) => _order is null ? null : new JobTurn(_order, clone.Place);

    private JobRhythm? RhythmOf(JobClone clone) => _host.Scenario.Lockstep
        ? null
        : new JobRhythm(JobSeed.RhythmSeedFor(_host.Scenario.Seed, _vm.Name, clone.Job.Name, clone.Index), clone.Job.JitterPercent);

    private ulong SeedOf(JobSpec job, int clone) => JobSeed.SeedFor(_host.Scenario.Seed, _vm.Name, job.Name, clone);

    private RunningJob Start(JobClone clone, VmDisk.Session? session, long nowNs, JobRecord record)
    {
        var (job, index, _) = clone;
        if (job.Pattern == IoPattern.Compute)
        {
            return StartHog(clone, nowNs, record);
        }

        if (session is null)
        {
            throw new InvalidOperationException($"Job '{job.Name}' does I/O, but VM '{_vm.Name}' has no storage.");
        }

        var seed = SeedOf(job, index);
        var source = new OperationSource(job, _layout![clone.Place], seed, index);
        var times = JobUse.TimesOf(_host.Scenario, _vm, job);
        var transfer = session.TransferFor(job, seed);
        return new RunningJob(job, source, transfer, times, nowNs, RhythmOf(clone), TurnOf(clone)) { Record = record };
    }
}
