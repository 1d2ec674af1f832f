using System.Collections.Immutable;
using Mbsa.Actors.Hosts;
using Mbsa.Actors.Scenarios;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;
using Mbsa.Vm.Workload.Random;

namespace Mbsa.Actors.Vms;

/// <summary>One clone of a job: what fio's <c>numjobs</c> multiplies.</summary>
/// <param name="Job">The job.</param>
/// <param name="Index">Which clone, from 0.</param>
internal sealed record JobClone(JobSpec Job, int Index);

/// <summary>Makes the workers of a VM's VCPUs for the scenario's clock.</summary>
internal sealed class VcpuFactory(HostServices host, VmSpec vm, VmDisk? disk)
{
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
                dealt[next++ % dealt.Length].Add(new JobClone(job, clone));
            }
        }

        return [.. dealt.Select(jobs => jobs.ToImmutableArray())];
    }

    /// <summary>Makes a worker that starts now.</summary>
    public VcpuWorker Create(ImmutableArray<JobClone> clones, VcpuRecord record)
    {
        var nowNs = host.Clock.NowNs;
        var session = disk?.OpenSession();
        try
        {
            var jobs = clones.Select(clone => Start(clone, session, nowNs)).ToList();
            return host.Wall is { } wall
                ? new WallVcpu(record, jobs, session?.Storage, wall.Clock, wall.Delay, host.Scenario.Latency == LatencySampling.Every)
                : new VirtualVcpu(record, jobs, session?.Storage, nowNs);
        }
        catch
        {
            session?.Storage.Dispose();
            throw;
        }
    }

    private RunningJob Start(JobClone clone, VmDisk.Session? session, long nowNs)
    {
        var (job, index) = clone;
        if (job.Pattern == IoPattern.Compute)
        {
            return new RunningJob(job, null, null, null, nowNs);
        }

        if (session is null)
        {
            throw new InvalidOperationException($"Job '{job.Name}' does I/O, but VM '{vm.Name}' has no storage.");
        }

        var seed = JobSeed.SeedFor(host.Scenario.Seed, vm.Name, job.Name, index);

        // Not what the disk says it has: a raw one grows with its child device, and the jobs of a VCPU that begins anew are the same as before.
        var source = new OperationSource(job, vm.Storage!.SizeBytes, seed, index);
        var times = JobUse.TimesOf(host.Scenario, vm, job);
        return new RunningJob(job, source, session.TransferFor(job, seed), times, nowNs);
    }
}
