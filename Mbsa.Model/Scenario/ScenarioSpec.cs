using System.Collections.Immutable;
using Mbsa.Nvm.Protection;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload;

namespace Mbsa.Model.Scenario;

/// <summary>A whole experiment, checked and complete: names are unique, profiles resolved, counts expanded.</summary>
public sealed record ScenarioSpec
{
    /// <summary>Name of the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows.</summary>
    public string Description { get; init; } = "";

    /// <summary>Seed of everything random in it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Whether all jobs begin at the beginning of their cycles and no cycle differs from the next: no phases, no jitter. Else each
    /// clone of a job begins at a place of its cycle that is drawn from the seed (<see cref="JobRhythm"/>).
    /// </summary>
    public bool Lockstep { get; init; }

    /// <summary>Which clock it runs under.</summary>
    public ClockKind Clock { get; init; } = ClockKind.Virtual;

    /// <summary>Length of the measured part, in nanoseconds of the scenario's clock.</summary>
    public required long DurationNs { get; init; }

    /// <summary>Length of the part before it that is run and not measured, in nanoseconds.</summary>
    public long WarmupNs { get; init; }

    /// <summary>Length of the windows of the time series, in nanoseconds; null for none.</summary>
    public long? WindowNs { get; init; }

    /// <summary>
    /// Points of the time series that is kept for whoever watches the run, warm-up included; 0 for none. It changes nothing about the
    /// run.
    /// </summary>
    public int SeriesPoints { get; init; }

    /// <summary>Length of a point of that series, in nanoseconds; null for none.</summary>
    public long? SeriesPeriodNs => SeriesPoints > 0 ? Math.Max(1, (WarmupNs + DurationNs) / SeriesPoints) : null;

    /// <summary>Whether what fio reports of each job is counted. It changes nothing about the run.</summary>
    public bool JobFacts { get; init; }

    /// <summary>
    /// Time between two samples of the rates of jobs, in nanoseconds: a window of the time series, or as in fio; null where nobody asked.
    /// </summary>
    public long? JobSamplePeriodNs => JobFacts ? WindowNs ?? 500_000_000 : null;

    /// <summary>Whether wall clock times every I/O or a sample of them.</summary>
    public LatencySampling Latency { get; init; } = LatencySampling.Sampled;

    /// <summary>The emulated host; the first of several.</summary>
    public required HostSpec Host { get; init; }

    /// <summary>What several hosts have beyond one; null for a scenario of a single host.</summary>
    public ClusterSpec? Cluster { get; init; }

    /// <summary>Every host and what is between them; a single host is alone, and called <see cref="ClusterSpec.OnlyHost"/>.</summary>
    public ClusterSpec AllHosts => Cluster ?? new ClusterSpec { Hosts = [new ClusterHostSpec(ClusterSpec.OnlyHost, Host)] };

    /// <summary>Every VM, counts expanded.</summary>
    public required ImmutableArray<VmSpec> Vms { get; init; }

    /// <summary>What happens to VMs during the run, in order of time.</summary>
    public ImmutableArray<ScenarioEvent> Events { get; init; } = [];

    /// <summary>When the host loses its power, in order of time.</summary>
    public ImmutableArray<PowerFailure> PowerFailures { get; init; } = [];

    /// <summary>Bytes of real memory that are filled before the run: only where bytes and real time count.</summary>
    public long PrefaultedBytes => PrefaultsMemory ? Vms.Sum(vm => vm.Storage?.ChildBytes ?? 0) : 0;

    /// <summary>Whether NVM areas get their memory before the run, so that no I/O pays for the first touch of a page.</summary>
    public bool PrefaultsMemory => Clock == ClockKind.Wall && Host.Payload == PayloadKind.Full;

    /// <summary>
    /// The scenario as it can run here: under the wall clock a host has at most the cores that are really there, and its shares are of
    /// those.
    /// </summary>
    public ScenarioSpec OnRealCores() => Clock == ClockKind.Virtual ? this : this with
    {
        Host = Host.OnRealCores(),
        Cluster = Cluster is null ? null : Cluster with
        {
            Hosts = [.. Cluster.Hosts.Select(host => host with { Host = host.Host.OnRealCores() })],
        },
    };

    /// <summary>The scenario as one of its hosts sees it: what happens it is told, and the only host is the whole scenario.</summary>
    /// <param name="host">Index of the host.</param>
    public ScenarioSpec OfHost(int host) => Cluster is null ? this : this with
    {
        Name = $"{Name}/{Cluster.Hosts[host].Name}",
        Host = Cluster.Hosts[host].Host,
        Cluster = null,
        Events = [],
        PowerFailures = [],
        SeriesPoints = 0,
    };
}

/// <summary>The two clocks of DESIGN: the same actors under both.</summary>
public enum ClockKind
{
    /// <summary>Discrete-event time: deterministic, any number of cores.</summary>
    Virtual,

    /// <summary>Real threads, real memory, real time.</summary>
    Wall,
}

/// <summary>How latencies are taken under the wall clock. Counts are always exact.</summary>
public enum LatencySampling
{
    /// <summary>One I/O in a batch of 64: a timestamp after each would end the overlap of one read with the next.</summary>
    Sampled,

    /// <summary>Every I/O.</summary>
    Every,
}

/// <summary>What happens to the bytes of an I/O.</summary>
public enum PayloadKind
{
    /// <summary>Nothing: mapping, wear and timing only.</summary>
    None,

    /// <summary>A stamp at the head of each block, checked on every read.</summary>
    Stamp,

    /// <summary>All of them.</summary>
    Full,
}

/// <summary>An emulated physical machine and its NVM device.</summary>
public sealed record HostSpec
{
    /// <summary>The machine.</summary>
    public required MachineProfile Machine { get; init; }

    /// <summary>The device's kind.</summary>
    public required DeviceProfile Device { get; init; }

    /// <summary>Size of the NVM device in bytes.</summary>
    public required long NvmSizeBytes { get; init; }

    /// <summary>The file that holds the NVM device, made when it is not there; null for memory that goes with the run.</summary>
    public string? NvmFile { get; init; }

    /// <summary>Whether a device found in the file must have <see cref="NvmSizeBytes"/>; else it may have any size.</summary>
    public bool NvmSizeIsAskedFor { get; init; } = true;

    /// <summary>The UUID that the device must have; null for any, and one that follows from seed and name for a new device.</summary>
    public Guid? NvmDeviceId { get; init; }

    /// <summary>What happens to the bytes of an I/O; of each VM's own where <see cref="PayloadIsAskedFor"/> is false.</summary>
    public required PayloadKind Payload { get; init; }

    /// <summary>Whether that holds for every VM; else it is the most that one needs, and each has what its own jobs need.</summary>
    public bool PayloadIsAskedFor { get; init; } = true;

    /// <summary>What happens to the bytes of a VM's I/Os.</summary>
    public PayloadKind PayloadOf(VmSpec vm) => PayloadIsAskedFor ? Payload : vm.NeededPayload;

    /// <summary>Name of the QoS policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Core time a VCPU is granted at once, in nanoseconds.</summary>
    public required long QuantumNs { get; init; }

    /// <summary>What happens at a full bus or NVM while cores are idle, under a policy that can do either.</summary>
    public ServiceOrder Order { get; init; } = ServiceOrder.Share;

    /// <summary>
    /// The quantum when none is asked for, in nanoseconds: about ten I/Os of the paper under the virtual clock; longer on real cores,
    /// where a change of VM also costs what the caches had of the last one (docs/PERFORMANCE.md).
    /// </summary>
    public static long DefaultQuantumNs(ClockKind clock) => clock == ClockKind.Wall ? 200_000 : 25_000;

    /// <summary>The host with at most the cores that are really there.</summary>
    public HostSpec OnRealCores() => Machine.Cores <= Environment.ProcessorCount
        ? this
        : this with { Machine = Machine with { Cores = Environment.ProcessorCount } };
}

/// <summary>One VM. Without storage it can only compute.</summary>
public sealed record VmSpec
{
    /// <summary>Unique in the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>Virtual processors; on the path <see cref="IoPath.Host"/>, threads of the host.</summary>
    public int Vcpus { get; init; } = 1;

    /// <summary>Its disk, if any.</summary>
    public StorageSpec? Storage { get; init; }

    /// <summary>What it was promised.</summary>
    public QosSpec Qos { get; init; } = QosSpec.BestEffort;

    /// <summary>What it does: each job's clones are dealt to the VCPUs in turn.</summary>
    public required ImmutableArray<JobSpec> Jobs { get; init; }

    /// <summary>Whether it runs from the beginning, or waits for an event that starts it.</summary>
    public bool StartsAtOnce { get; init; } = true;

    /// <summary>Name of the host it is to run on; null where any will do.</summary>
    public string? PinnedTo { get; init; }

    /// <summary>The least that has to happen to the bytes of its I/Os, so that its jobs can verify what they verify.</summary>
    public PayloadKind NeededPayload => Jobs.Select(job => job.Verify).DefaultIfEmpty().Max() switch
    {
        VerifyMethod.Crc32c => PayloadKind.Full,
        VerifyMethod.Meta => PayloadKind.Stamp,
        _ => PayloadKind.None,
    };

    /// <summary>Whether it can migrate: what it has on the NVM is mapped into it, or it has nothing there.</summary>
    public bool CanMigrate => Storage is not { Path: not IoPath.MemoryBus };
}

/// <summary>A VM's disk on a child of the NVM device.</summary>
/// <param name="Path">How its I/O reaches the NVM.</param>
/// <param name="SizeBytes">Bytes of the virtual disk that the guest can use, a multiple of 4 KiB.</param>
/// <param name="WearPolicy">Name of the wear-levelling policy.</param>
/// <param name="WearParameters">Its parameters, such as "q=128 t=64"; what is not given is as usual.</param>
public sealed record StorageSpec(IoPath Path, long SizeBytes, string WearPolicy = "none", string WearParameters = "")
{
    /// <summary>
    /// How the mapped child device is kept from wild stores: really under the wall clock, as a cost under the virtual one.
    /// </summary>
    public ProtectionMethod Protection { get; init; }

    /// <summary>What to do instead where the wall clock's machine cannot do that; null when only that will do.</summary>
    public ProtectionMethod? ProtectionFallback { get; init; }

    /// <summary>Bytes of the child device behind it: a virtual disk has a super block and a map, the raw device nothing.</summary>
    /// <exception cref="Mbsa.Vm.InputException">The wear policy or a parameter of it is unknown.</exception>
    public long ChildBytes => !Path.HasVirtualDisk() ? SizeBytes : VirtualDisks.RequiredBytes(SizeBytes, WearPolicy, WearParameters);
}
