using System.Collections.Immutable;
using Mbsa.Host.Files.Profiles;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Reproduction;

/// <summary>
/// One bar of the paper: jobs that do 4 KiB requests of one kind as fast as they can,
/// each on a VCPU, or thread, of its own, alone on the paper's machine with its device. A scenario as any other, under the virtual clock,
/// where its rate depends neither on its length nor on the size of the disk.
/// </summary>
/// <param name="Kind">Kind of request.</param>
/// <param name="Path">Way to the NVM.</param>
internal sealed record IoExperiment(RequestKind Kind, IoPath Path)
{
    private const long DiskBytes = 1L << 30;
    private const long DurationNs = 50_000_000;

    /// <summary>Long enough for what is at the beginning only: the first request is sequential to nothing.</summary>
    private const long WarmupNs = 5_000_000;

    public ProtectionMethod Protection { get; init; }

    /// <summary>How each job waits for its I/O.</summary>
    public IoEngine Engine { get; init; } = IoEngine.Synchronous;

    /// <summary>I/Os of a job in flight.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>VCPUs, or threads.</summary>
    public int Vcpus { get; init; } = 4;

    public int Jobs { get; init; } = 4;

    public MachineProfile Machine { get; init; } = ProfileCatalog.Machine("paper");

    /// <summary>Runs it.</summary>
    public async Task<IoSpeed> RunAsync(FigureRequest request)
    {
        var result = await request.Start(Scenario()).Completion.ConfigureAwait(false);
        if (result.Problems.Length > 0)
        {
            throw new InvalidOperationException($"the scenario of {Kind.Name} went wrong: {result.Problems[0]}");
        }

        var vm = result.Vms[0];
        return new IoSpeed((vm.Read.Bytes + vm.Write.Bytes) / (double)result.MeasuredNs, result.Utilisation.Cpu, vm.Stages?.MeanNs ?? []);
    }

    private ScenarioSpec Scenario()
    {
        var vm = new VmSpec
        {
            Name = "vm",
            Vcpus = Vcpus,
            Storage = new StorageSpec(Path, DiskBytes) { Protection = Protection },
            Jobs = [new JobSpec { Pattern = Kind.Pattern, NumJobs = Jobs, TimeBased = true, Engine = Engine, IoDepth = Depth }],
        };
        return new ScenarioSpec
        {
            Name = "experiment",
            DurationNs = DurationNs,
            WarmupNs = WarmupNs,
            Host = PaperHost.For([vm]) with { Machine = Machine },
            Vms = [vm],
        };
    }
}

/// <summary>What an experiment measured.</summary>
/// <param name="GigabytesPerSecond">Bandwidth, decimal.</param>
/// <param name="Cpu">Part of the host's cores that was busy, 0 to 1.</param>
/// <param name="StagesNs">Mean time of an I/O in each stage of a conventional path, in nanoseconds; none on the others.</param>
internal readonly record struct IoSpeed(double GigabytesPerSecond, double Cpu, ImmutableArray<double> StagesNs);
