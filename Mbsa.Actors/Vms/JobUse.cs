using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Vms;

/// <summary>What a VM's jobs ask of the host, by nominal costs. Pure.</summary>
internal static class JobUse
{
    /// <summary>What one I/O of a job asks, per kind; on a conventional path, of the device alone.</summary>
    public static OperationTimes TimesOf(ScenarioSpec scenario, VmSpec vm, JobSpec job)
    {
        var (machine, storage) = (scenario.Host.Machine, vm.Storage!);

        // Under the wall clock a protection and an engine cost what they cost, but for the conventional path, of which only the bytes are
        // real.
        var isCost = scenario.Clock == ClockKind.Virtual || storage.Path.IsConventional();
        var protection = isCost ? new ProtectionTimes(machine, storage.Path, storage.Protection, vm.Vcpus) : null;
        var switchNs = isCost && !storage.Path.IsConventional() && job.Engine == IoEngine.Asynchronous ? machine.ContextSwitchNs : 0;
        return new OperationTimes(
            machine.Paths[storage.Path],
            scenario.Host.Device,
            machine.MemoryBandwidthBytesPerSecond,
            job.ReadBlockBytes,
            job.WriteBlockBytes,
            protection,
            switchNs,
            job.HasSeveralSizes);
    }

    /// <summary>What all jobs of a VM declare.</summary>
    public static DeclaredUse Of(ScenarioSpec scenario, HostCapacity host, VmSpec vm)
    {
        List<OperationMix> kinds = [];
        var (sum, bytes, operations) = (default(ResourceUse), 0d, 0d);
        foreach (var job in vm.Jobs.Where(job => job.Pattern != IoPattern.Compute))
        {
            var (times, softwareNs) = (TimesOf(scenario, vm, job), SoftwareNs(scenario, vm, job));
            foreach (var isWrite in new[] { false, true })
            {
                var part = isWrite ? WritePart(job) : 1 - WritePart(job);
                if (part > 0)
                {
                    var kind = OperationTimes.KindOf(isWrite, IsSequential(job));
                    var work = times.WorkOf(kind, job.MeanBlockBytes(isWrite)) + new WorkVector(softwareNs, 0, 0);
                    var use = host.UseOf(work);
                    kinds.Add(new OperationMix(use, work.BusBytes));
                    sum += use * (part * job.NumJobs);
                    bytes += work.BusBytes * part * job.NumJobs;
                }
            }

            operations += job.NumJobs;
        }

        if (operations == 0)
        {
            return DeclaredUse.Computing(host.Cores);
        }

        if (vm.Jobs.Any(job => job.Pattern == IoPattern.Compute))
        {
            kinds.Add(OperationMix.Computing(host.Cores));
        }

        return new DeclaredUse([.. kinds], new OperationMix(sum * (1 / operations), bytes / operations));
    }

    /// <summary>
    /// What the front and back end of a conventional path take for an I/O beside the device: alone in flight it pays for everything.
    /// </summary>
    private static double SoftwareNs(ScenarioSpec scenario, VmSpec vm, JobSpec job)
    {
        var machine = scenario.Host.Machine;
        return machine.Paths[vm.Storage!.Path].Stages is not { } stages ? 0
            : job.Engine == IoEngine.Asynchronous
                ? stages.RequestNs + machine.ContextSwitchNs + (job.IoDepth == 1 ? stages.EventsNs(machine.ContextSwitchNs) : 0)
            : stages.RequestNs + stages.EventsNs(machine.ContextSwitchNs);
    }

    private static double WritePart(JobSpec job) => job.Pattern switch
    {
        IoPattern.Write or IoPattern.RandWrite => 1,
        IoPattern.ReadWrite or IoPattern.RandReadWrite => 1 - job.ReadPercent / 100.0,
        _ => 0,
    };

    private static bool IsSequential(JobSpec job) => job.Pattern is IoPattern.Read or IoPattern.Write or IoPattern.ReadWrite;
}
