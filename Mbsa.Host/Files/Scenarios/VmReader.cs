using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>vms</c>: one entry may stand for many VMs.</summary>
internal sealed class VmReader(string directory, IoPath? pathOverride, int jitterPercent, Problems problems)
{
    public const int MaxVms = 10_000;
    public const int MaxVcpusPerVm = 4096;

    /// <summary>Each VCPU is an actor with buffers and a histogram of its own.</summary>
    public const int MaxVcpus = 100_000;

    /// <summary>Clones of jobs, each with buffers and random numbers of its own.</summary>
    public const int MaxClones = 200_000;

    /// <summary>The map of a disk is one array, of an entry for each block and each spare one.</summary>
    private const long MaxDiskBytes = 7L << 40;

    private static readonly string[] _keys = ["name", "count", "vcpus", "storage", "qos", "workload", "start", "host"];
    private static readonly string[] _storageKeys = ["path", "size", "wear", "protection"];
    private static readonly string[] _protectionKeys = ["method", "fallback"];

    private readonly ImmutableArray<VmSpec>.Builder _specs = ImmutableArray.CreateBuilder<VmSpec>();
    private readonly Dictionary<string, int> _lines = [];
    private bool _isComplete = true;
    private long _vcpus;
    private long _clones;

    public VmList ReadAll(MappingReader scenario)
    {
        if (scenario.Require("vms", "vms: [ { name: a, storage: { size: 1GiB }, workload: { rw: randread } } ]"))
        {
            var items = scenario.List("vms");
            if (scenario.Find("vms") is SequenceNode { Items: [] })
            {
                problems.Error(scenario.LineOf("vms"), "'vms' is empty; a scenario needs at least one VM");
            }

            foreach (var item in items.TakeWhile(_ => !problems.IsFull))
            {
                Read(item);
            }

            _isComplete &= !problems.IsFull;
        }

        return new VmList(_specs.ToImmutable(), _lines, _isComplete);
    }

    private void Read(Node node)
    {
        var before = problems.Count;
        if (MappingReader.Open(node, "a VM", _keys, problems) is not { } map)
        {
            _isComplete = false;
            return;
        }

        var name = Name(map);
        var count = map.Integer("count", 1, MaxVms);
        if (name is null || (count is null && map.Find("count") is not null))
        {
            _isComplete = false;
        }

        var vcpus = map.Integer("vcpus", 1, MaxVcpusPerVm) ?? 1;
        var storage = map.Mapping("storage", "storage", _storageKeys, OldSpellings.Storage) is { } s ? Storage(s) : null;
        var jobs = new WorkloadReader(directory, jitterPercent, problems).Read(map, name ?? "vm", vcpus);
        CheckJobs(map, jobs, storage, vcpus);
        var template = new VmSpec
        {
            Name = name ?? "",
            Vcpus = vcpus,
            Storage = storage,
            Qos = map.Mapping("qos", "qos", QosReader.Keys) is { } q ? QosReader.Read(q, QosSpec.BestEffort) : QosSpec.BestEffort,
            Jobs = jobs,
            StartsAtOnce = map.Flag("start") ?? true,
            PinnedTo = map.Text("host"),
        };
        Expand(map, template, count, isRight: problems.Count == before);
    }

    private string? Name(MappingReader map)
    {
        if (!map.Require("name", "name: writer") || map.Text("name") is not { } name)
        {
            return null;
        }

        var why = name == "host"
            ? "a VM cannot be called 'host': expectations use the word for all VMs together"
            : NameRule.WhyNot(name, "VM");
        if (why is null)
        {
            return name;
        }

        problems.Error(map.LineOf("name"), why);
        return null;
    }

    private StorageSpec Storage(MappingReader map)
    {
        map.Require("size", "size: 1GiB");
        var size = map.Whole("size", Dimension.Size, BlockStorage.BlockBytes, MaxDiskBytes) ?? BlockStorage.BlockBytes;
        if (size % BlockStorage.BlockBytes != 0)
        {
            problems.Error(map.LineOf("size"), $"'size': {size} bytes are not a whole number of blocks of {BlockStorage.BlockBytes}");
        }

        var path = map.Choice("path", KnownNames.Paths) ?? IoPath.MemoryBus;
        var (protection, fallback) = Protection(map);
        var (wear, parameters) = WearReader.Read(map);
        return new StorageSpec(pathOverride ?? path, size, wear, parameters)
        {
            Protection = protection,
            ProtectionFallback = fallback,
        };
    }

    /// <summary>
    /// A name, or <c>{ method: cr0-opt, fallback: pte }</c> for a scenario that shall also run where there are no protection keys.
    /// </summary>
    private static (ProtectionMethod Method, ProtectionMethod? Fallback) Protection(MappingReader storage)
    {
        if (storage.Find("protection") is not MappingNode)
        {
            return (storage.Choice("protection", KnownNames.Protections) ?? ProtectionMethod.None, null);
        }

        var map = storage.Mapping("protection", "a protection", _protectionKeys)!;
        map.Require("method", "method: cr0-opt");
        return (map.Choice("method", KnownNames.Protections) ?? ProtectionMethod.None, map.Choice("fallback", KnownNames.Protections));
    }

    private void CheckJobs(MappingReader map, ImmutableArray<JobSpec> jobs, StorageSpec? storage, int vcpus)
    {
        var line = map.LineOf("workload");
        if (storage is not null)
        {
            CheckRegions(line, jobs, storage.SizeBytes);
        }

        foreach (var job in jobs.Where(j => j.Pattern != IoPattern.Compute))
        {
            if (map.Find("storage") is null)
            {
                problems.Error(
                    line,
                    $"job '{Excerpt.Of(job.Name)}' does I/O, and its VM has no storage; add 'storage: {{ size: 1GiB }}'");
            }
            else if (storage is not null)
            {
                CheckDepth(line, job, storage.Path);
            }
        }

        if (storage?.Path == IoPath.VhostBio && jobs.Sum(InFlight) is > VirtioDisk.MaxInFlight and var inFlight)
        {
            problems.Error(line, $"{inFlight} I/Os in flight on the one queue of path vhost-bio; "
                + $"{VirtioDisk.MaxInFlight} are the most (iodepth x numjobs)");
        }

        foreach (var (job, place) in jobs.Select((job, place) => (job, place)))
        {
            if (job.WaitFor is { } name && !jobs.Take(place).Any(before => before.Name == name))
            {
                problems.Error(line, $"job '{Excerpt.Of(job.Name)}' waits for '{Excerpt.Of(name)}'; no job before it has this name");
            }
        }

        var clones = jobs.Sum(j => (long)j.NumJobs);
        if (clones > 0 && clones < vcpus)
        {
            problems.Warning(
                line,
                $"{clones} job{(clones == 1 ? "" : "s")} for {vcpus} VCPUs: "
                + $"the others stay idle; 'numjobs: {vcpus}' would keep them all busy");
        }
    }

    /// <summary>The clones of a job in a file lie behind one another, so with the first and the last all are in it.</summary>
    private void CheckRegions(int line, ImmutableArray<JobSpec> jobs, long diskBytes)
    {
        try
        {
            var (layout, first) = (DiskLayout.Of(jobs, diskBytes), 0);
            foreach (var job in jobs)
            {
                for (var clone = 0; clone < job.NumJobs && job.Pattern != IoPattern.Compute; clone += Math.Max(1, job.NumJobs - 1))
                {
                    CheckRegions(line, job, layout[first + clone], clone);
                }

                first += job.NumJobs;
            }
        }
        catch (InputException e)
        {
            problems.Error(line, e.Message);
        }
    }

    private void CheckRegions(int line, JobSpec job, ImmutableArray<JobExtent> files, int clone)
    {
        try
        {
            foreach (var file in files)
            {
                JobRegion.Of(job, file, clone);
            }
        }
        catch (InputException e)
        {
            problems.Error(line, e.Message);
        }
    }

    private static long InFlight(JobSpec job) =>
        job.Pattern == IoPattern.Compute ? 0 : (long)job.NumJobs * (job.Engine == IoEngine.Asynchronous ? job.IoDepth : 1);

    /// <summary>With a synchronous engine the job's own reader has said it.</summary>
    private void CheckDepth(int line, JobSpec job, IoPath path)
    {
        if (path is IoPath.MemoryBus or IoPath.Host && job is { Engine: IoEngine.Asynchronous, IoDepth: > 1 })
        {
            problems.Warning(
                line,
                $"job '{Excerpt.Of(job.Name)}': on path {KnownNames.NameOf(path)} an I/O is done when it is submitted, "
                + "so one is in flight per job; use numjobs for more");
        }
        else if (path == IoPath.VirtioMq && job is { Engine: IoEngine.Asynchronous, IoDepth: > VirtioDisk.MaxInFlight })
        {
            problems.Error(line, $"job '{Excerpt.Of(job.Name)}': "
                + $"iodepth {job.IoDepth} does not fit the queue of a VCPU; {VirtioDisk.MaxInFlight} are the most");
        }
    }

    private void Expand(MappingReader map, VmSpec template, int? count, bool isRight)
    {
        if (template.Name.Length == 0)
        {
            return;
        }

        if (_lines.Count + (count ?? 1) > MaxVms)
        {
            problems.Error(map.Line, $"there are more than {MaxVms} VMs");
            _isComplete = false;
            return;
        }

        _vcpus += (long)template.Vcpus * (count ?? 1);
        if (_vcpus > MaxVcpus)
        {
            problems.Error(map.Line, $"the VMs up to here have {_vcpus} VCPUs together; at most {MaxVcpus} are allowed");
        }

        _clones += template.Jobs.Sum(j => (long)j.NumJobs) * (count ?? 1);
        if (_clones > MaxClones)
        {
            problems.Error(map.Line, $"the VMs up to here have {_clones} jobs together, clones counted; at most {MaxClones} are allowed");
        }

        for (var i = 1; i <= (count ?? 1); i++)
        {
            Add(map, count is null ? template : template with { Name = $"{template.Name}-{i}" }, isRight);
        }
    }

    private void Add(MappingReader map, VmSpec vm, bool isRight)
    {
        if (!_lines.TryAdd(vm.Name, map.Line))
        {
            problems.Error(map.LineOf("name"), $"there are two VMs called '{vm.Name}'; the first is on line {_lines[vm.Name]}");
        }
        else if (isRight)
        {
            _specs.Add(vm);
        }
    }
}
