using System.Globalization;
using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Workload;

/// <summary>
/// A job while its options are read. It remembers which were given, so that what several options mean together does not hang on their
/// order; a [global] section is a draft that others are copied from.
/// </summary>
internal sealed class JobDraft
{
    private static readonly string[] _goesWithCpu =
    [
        "cpu", "name", "description", "numjobs", "runtime", "startdelay", "time_based", "jitter",
        "stonewall", "wait_for", "exitall", "exit_what", "new_group", "group_reporting",
    ];

    private readonly Dictionary<string, JobOption> _given;

    /// <summary>What was ignored in the whole file: said once, however many jobs have it.</summary>
    private readonly HashSet<string> _ignored;

    public JobDraft(string name, bool isInline, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(warn);
        (IsInline, Warn, _given) = (isInline, warn, new Dictionary<string, JobOption>(StringComparer.Ordinal));
        _ignored = new HashSet<string>(StringComparer.Ordinal);
        Units = isInline ? SizeUnits.Scenario : SizeUnits.Fio1024;
        Spec = new JobSpec { Name = name, Pattern = IoPattern.Read, JitterPercent = isInline ? JobSpec.DefaultJitterPercent : 0 };
    }

    private JobDraft(JobDraft from, string name)
    {
        (IsInline, Warn, Units, IsCpuEngine) = (from.IsInline, from.Warn, from.Units, from.IsCpuEngine);
        (Blocks, Alignment) = (from.Blocks, from.Alignment);
        _given = new Dictionary<string, JobOption>(from._given, StringComparer.Ordinal);
        _ignored = from._ignored;
        Spec = from.Spec with { Name = name };
    }

    /// <summary>Whether this is a workload of a scenario, not a section of a fio file.</summary>
    public bool IsInline { get; }

    /// <summary>Takes lines about ignored options.</summary>
    public Action<string> Warn { get; }

    /// <summary>What was read so far.</summary>
    public JobSpec Spec { get; set; }

    /// <summary>What the suffixes of sizes mean: fio's <c>kb_base</c>.</summary>
    public SizeUnits Units { get; set; }

    /// <summary>What is said about block sizes.</summary>
    public BlockOptions Blocks { get; set; }

    /// <summary>fio's <c>blockalign</c>; null or 0 for the smallest block size.</summary>
    public (long? Read, long? Write) Alignment { get; set; }

    /// <summary>Whether the engine is fio's <c>cpuio</c>.</summary>
    public bool IsCpuEngine { get; set; }

    /// <summary>A copy that can go its own way.</summary>
    public JobDraft Clone(string name) => new(this, name);

    /// <summary>Sets one option; what was set before under the same name no longer counts.</summary>
    public void Set(JobOption option)
    {
        if (JobOptionTable.Find(option, IsInline, out var name) is not { } setter)
        {
            if (_ignored.Add(name))
            {
                Warn(option.Remark("ignored: " + JobOptionNotes.Ignored[name]));
            }

            return;
        }

        try
        {
            setter(this, option);
        }
        catch (InputException mistake) when (mistake.Line == 0 && mistake.File is null)
        {
            throw option.Mistake(mistake.Message);
        }

        _given[name] = option;
    }

    /// <summary>The finished job, after the checks that concern several options.</summary>
    public JobSpec Build()
    {
        if (IsCpuEngine || _given.ContainsKey("cpu"))
        {
            return CheckJitter(BuildCompute());
        }

        if (_given.TryGetValue("cpuload", out var load))
        {
            throw load.Mistake("needs ioengine=cpuio");
        }

        TakeBlocks();
        CheckVerify();
        if (!IsInline && _given.ContainsKey("rate") && _given.TryGetValue("rate_iops", out var operations))
        {
            throw operations.Mistake("does not go with rate (fio's rule)");
        }

        if (Spec.HoleBytes < 0 && Spec is not { Offset: { Bytes: 0, Percent: 0 }, FileSizeBytes: null })
        {
            throw _given["rw"].Mistake("a hole that goes back is not supported with offset or filesize");
        }

        SayRates();
        if (Spec is { IoDepth: > 1, Engine: IoEngine.Synchronous })
        {
            Warn(_given["iodepth"].Remark("a synchronous engine has one I/O in flight per job; use ioengine=libaio, or numjobs for more"));
        }

        return CheckJitter(Spec with { TimeBased = IsTimeBased(), OwnFiles = HasOwnFiles() });
    }

    private JobSpec CheckJitter(JobSpec job)
    {
        if (_given.TryGetValue("jitter", out var jitter) && !job.CanJitter)
        {
            Warn(jitter.Remark("does nothing: the job has no thinktime, and no part of a VCPU below 100 % to compute; a rate is exact"));
        }

        return job;
    }

    private JobSpec BuildCompute()
    {
        if (_given.TryGetValue("cpu", out var cpu)
            && _given.Keys.FirstOrDefault(key => !_goesWithCpu.Contains(key)) is { } key)
        {
            throw _given[key].Mistake("does not go with cpu, which makes a job that computes and does no I/O");
        }

        if (cpu is null && !_given.ContainsKey("cpuload"))
        {
            throw _given["ioengine"].Mistake("needs cpuload=N, the percentage of a VCPU to keep busy");
        }

        return Spec with { Pattern = IoPattern.Compute, TimeBased = true };
    }

    /// <summary>A rate is each clone's and each direction's: what they come to together is easily not what was meant.</summary>
    private void SayRates()
    {
        var (reads, writes) = (JobRegion.UsesReads(Spec), JobRegion.UsesWrites(Spec));
        var isBoth = reads && writes && _given.GetValueOrDefault("rate_iops")?.Value?.Contains(',', StringComparison.Ordinal) == false;
        var isMultiplied = (Spec.NumJobs > 1 || isBoth) && (Spec.ReadRateIops ?? Spec.WriteRateIops) is not null;
        if (!isMultiplied || !_given.TryGetValue("rate_iops", out var given))
        {
            return;
        }

        var each = ((reads ? Spec.ReadRateIops : 0) ?? 0) + ((writes ? Spec.WriteRateIops : 0) ?? 0);
        var sum = string.Create(CultureInfo.InvariantCulture, $"{each * Spec.NumJobs:0} IOPS");
        Warn(given.Remark($"{(Spec.NumJobs == 1 ? "" : $"x {Spec.NumJobs} clones ")}{(isBoth ? "x 2 directions " : "")}= {sum} together"));
    }

    private void TakeBlocks()
    {
        try
        {
            Spec = Blocks.Of(Spec);
        }
        catch (InputException mistake)
        {
            throw _given["bssplit"].Mistake(mistake.Message);
        }

        foreach (var isWrite in new[] { false, true })
        {
            var (bytes, isUsed) = isWrite
                ? (Alignment.Write, JobRegion.UsesWrites(Spec))
                : (Alignment.Read, JobRegion.UsesReads(Spec));
            if (isUsed && bytes > 0 && bytes != Spec.MinBlockBytes(isWrite))
            {
                Spec = Aligned(Spec, isWrite, bytes.Value);
            }
        }

        if (_given.TryGetValue("rate_iops", out var rate) && Spec.HasSeveralSizes)
        {
            Warn(rate.Remark("counts I/Os of the smallest block size: as in fio it is a rate of so many bytes"));
        }
    }

    /// <summary>
    /// Where blocks are touched once, fio's map counts them in the smallest size and its draws in the alignment: that is not modelled.
    /// </summary>
    private JobSpec Aligned(JobSpec job, bool isWrite, long bytes)
    {
        if (job.GoesInPasses)
        {
            throw _given["ba"].Mistake("not supported without norandommap: blocks are aligned to the smallest block size, "
                + $"{job.MinBlockBytes(isWrite)} bytes");
        }

        if (bytes % JobOptionValues.SectorBytes != 0 || bytes > JobOptionValues.LargestBlockBytes)
        {
            throw _given["ba"].Mistake($"must be a multiple of {JobOptionValues.SectorBytes} bytes and at most 64m");
        }

        return isWrite ? job with { WriteAlignBytes = (int)bytes } : job with { ReadAlignBytes = (int)bytes };
    }

    /// <summary>
    /// As in fio, where a file's length can be known. A job of a scenario that says where it works says it of the disk.
    /// </summary>
    private bool HasOwnFiles() => Spec.FileName is null
        && ((Spec.FileSizeBytes ?? (Spec.Size is { Percent: 0 } size ? size.Bytes : 0)) > 0 || Spec.FileCount > 1)
        && !(IsInline && (_given.ContainsKey("offset") || _given.ContainsKey("offset_increment")));

    private bool IsTimeBased()
    {
        if (!_given.TryGetValue("time_based", out var asked))
        {
            return IsInline && !_given.ContainsKey("io_size") && !_given.ContainsKey("loops");
        }

        if (Spec.TimeBased && !IsInline && Spec.RuntimeNs is null)
        {
            Warn(asked.Remark("there is no runtime, so the job runs until the scenario ends (fio would turn it off)"));
        }

        return Spec.TimeBased;
    }

    private void CheckVerify()
    {
        if (Spec.Verify == VerifyMethod.None)
        {
            return;
        }

        bool IsWhole(bool isWrite) => Spec.MinBlockBytes(isWrite) % BlockStorage.BlockBytes == 0
            && (isWrite ? Spec.WriteBlockBytes : Spec.ReadBlockBytes) % BlockStorage.BlockBytes == 0;
        if (Spec.HoleBytes % BlockStorage.BlockBytes != 0)
        {
            throw _given["rw"].Mistake($"with verify, a hole must be a multiple of {BlockStorage.BlockBytes} bytes");
        }

        if ((JobRegion.UsesReads(Spec) && !IsWhole(isWrite: false)) || (JobRegion.UsesWrites(Spec) && !IsWhole(isWrite: true)))
        {
            throw _given.GetValueOrDefault("bs", _given["verify"])
                .Mistake($"with verify, bs must be a multiple of {BlockStorage.BlockBytes}");
        }
    }
}
