namespace Mbsa.Vm.Workload;

/// <summary>The options that do something: name to setter. A setter throws an <see cref="InputException"/> without a place.</summary>
internal static class JobOptionTable
{
    /// <summary>fio's other names for options.</summary>
    public static readonly IReadOnlyDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["readwrite"] = "rw",
        ["blocksize"] = "bs",
        ["timeout"] = "runtime",
        ["io_limit"] = "io_size",
        ["fileoffset"] = "offset",
        ["wait_for_previous"] = "stonewall",
        ["blockalign"] = "ba",
        ["blocksize_range"] = "bsrange",
        ["blocksize_unaligned"] = "bs_unaligned",
        ["iodepth_batch_submit"] = "iodepth_batch",
        ["iodepth_batch_complete"] = "iodepth_batch_complete_min",
        ["fill_fs"] = "fill_device",
        ["nr_files"] = "nrfiles",
        ["iomem"] = "mem",
        ["iomem_align"] = "mem_align",
        ["ratemin"] = "rate_min",
        ["ratecycle"] = "rate_cycle",
        ["disable_bw"] = "disable_bw_measurement",
        ["threads"] = "thread",
        ["ss"] = "steadystate",
        ["ss_dur"] = "steadystate_duration",
        ["ss_ramp"] = "steadystate_ramp_time",
    };

    /// <summary>Those that fio does not have: of inline workloads only, so that a job file stays one that fio can run.</summary>
    private static readonly string[] _ofInline = ["cpu", "jitter"];

    /// <summary>Sets an option on a draft.</summary>
    public delegate void Setter(JobDraft draft, JobOption option);

    /// <summary>All of them by name.</summary>
    public static readonly IReadOnlyDictionary<string, Setter> Setters = new Dictionary<string, Setter>(StringComparer.Ordinal)
    {
        ["name"] = (draft, option) => draft.Spec = draft.Spec with { Name = JobOptionValues.Text(option) },
        ["description"] = (_, option) => JobOptionValues.Text(option),
        ["kb_base"] = (draft, option) => draft.Units = JobOptionValues.KbBase(draft, option),
        ["ioengine"] = JobOptionValues.Engine,
        ["rw"] = PatternValues.Pattern,
        ["rwmixread"] = (draft, option) =>
            draft.Spec = draft.Spec with { ReadPercent = JobOptionValues.Percent(draft, option, 0) },
        ["rwmixwrite"] = (draft, option) =>
            draft.Spec = draft.Spec with { ReadPercent = 100 - JobOptionValues.Percent(draft, option, 0) },
        ["bs"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => JobOptionValues.BlockSize(text, draft.Units));
            draft.Blocks = draft.Blocks.WithSize(read, write);
        },
        ["bsrange"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => PatternValues.Range(text, draft.Units));
            draft.Blocks = draft.Blocks.WithRange(read, write);
        },
        ["bssplit"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => PatternValues.Split(text, draft.Units));
            draft.Blocks = draft.Blocks.WithSplit(read, write);
        },
        ["ba"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => FioNumber.Size(text, draft.Units));
            draft.Alignment = (read ?? draft.Alignment.Read, write ?? draft.Alignment.Write);
        },
        ["rw_sequencer"] = (draft, option) =>
            draft.Spec = draft.Spec with { RepeatsOffset = PatternValues.RepeatsOffset(JobOptionValues.Text(option)) },
        ["percentage_random"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => (int)FioNumber.WholeNumber(text, 0, 100));
            draft.Spec = draft.Spec with
            {
                ReadRandomPercent = read ?? draft.Spec.ReadRandomPercent,
                WriteRandomPercent = write ?? draft.Spec.WriteRandomPercent,
            };
        },
        ["nrfiles"] = (draft, option) =>
            draft.Spec = draft.Spec with { FileCount = JobOptionValues.Count(option, JobOptionValues.MaxFiles) },
        ["file_service_type"] = PatternValues.FileService,
        ["size"] = (draft, option) => draft.Spec = draft.Spec with { Size = JobOptionValues.Size(option, draft.Units) },
        ["filename"] = (draft, option) => draft.Spec = draft.Spec with { FileName = JobOptionValues.Text(option) },
        ["filesize"] = (draft, option) =>
            draft.Spec = draft.Spec with { FileSizeBytes = JobOptionValues.FileSize(option, draft.Units) },
        ["io_size"] = (draft, option) => draft.Spec = draft.Spec with { IoSizeBytes = JobOptionValues.IoSize(option, draft.Units) },
        ["number_ios"] = (draft, option) =>
            draft.Spec = draft.Spec with { NumberIos = JobOptionValues.MaxIos(option) },
        ["offset"] = (draft, option) => draft.Spec = draft.Spec with { Offset = JobOptionValues.Offset(option, draft.Units) },
        ["offset_increment"] = (draft, option) =>
            draft.Spec = draft.Spec with { OffsetIncrement = JobOptionValues.Offset(option, draft.Units) },
        ["iodepth"] = (draft, option) =>
            draft.Spec = draft.Spec with { IoDepth = JobOptionValues.Count(option, JobOptionValues.DeepestQueue) },
        ["numjobs"] = (draft, option) =>
            draft.Spec = draft.Spec with { NumJobs = JobOptionValues.Count(option, JobOptionValues.MaxClones) },
        ["runtime"] = (draft, option) => draft.Spec = draft.Spec with { RuntimeNs = JobOptionValues.Runtime(option) },
        ["time_based"] = (draft, option) => draft.Spec = draft.Spec with { TimeBased = JobOptionValues.Flag(option) },
        ["loops"] = (draft, option) => draft.Spec = draft.Spec with { Loops = JobOptionValues.Count(option, int.MaxValue) },
        ["ramp_time"] = (draft, option) =>
            draft.Spec = draft.Spec with { RampNs = FioNumber.TimeNs(JobOptionValues.Text(option), 1_000_000_000) },
        ["stonewall"] = (draft, option) => draft.Spec = draft.Spec with { Stonewall = JobOptionValues.Flag(option) },
        ["wait_for"] = (draft, option) => draft.Spec = draft.Spec with { WaitFor = JobOptionValues.Text(option) },
        ["exitall"] = (draft, option) => draft.Spec = draft.Spec with { ExitAll = JobOptionValues.Flag(option) },
        ["exit_what"] = (draft, option) =>
            draft.Spec = draft.Spec with { ExitWhat = JobOptionValues.ExitWhat(JobOptionValues.Text(option)) },
        ["new_group"] = (draft, option) => draft.Spec = draft.Spec with { NewGroup = JobOptionValues.Flag(option) },
        ["group_reporting"] = (draft, option) => draft.Spec = draft.Spec with { GroupReporting = JobOptionValues.Flag(option) },
        ["startdelay"] = (draft, option) => draft.Spec = draft.Spec with { StartDelayNs = JobOptionValues.StartDelay(option) },
        ["rate"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => FioNumber.Size(text, draft.Units));
            draft.Spec = draft.Spec with
            {
                ReadRateBytesPerSecond = JobOptionValues.Limit(read, draft.Spec.ReadRateBytesPerSecond),
                WriteRateBytesPerSecond = JobOptionValues.Limit(write, draft.Spec.WriteRateBytesPerSecond),
            };
        },
        ["rate_iops"] = (draft, option) =>
        {
            var (read, write) = JobOptionValues.Pair(option, text => FioNumber.WholeNumber(text, 0, uint.MaxValue));
            draft.Spec = draft.Spec with
            {
                ReadRateIops = JobOptionValues.Limit(read, draft.Spec.ReadRateIops),
                WriteRateIops = JobOptionValues.Limit(write, draft.Spec.WriteRateIops),
            };
        },
        ["thinktime"] = (draft, option) =>
            draft.Spec = draft.Spec with { ThinkTimeNs = FioNumber.TimeNs(JobOptionValues.Text(option), 1_000) },
        ["thinktime_blocks"] = (draft, option) =>
            draft.Spec = draft.Spec with { ThinkTimeBlocks = JobOptionValues.Count(option, int.MaxValue) },
        ["jitter"] = (draft, option) => draft.Spec = draft.Spec with { JitterPercent = FioNumber.Percent(JobOptionValues.Text(option), 0) },
        ["random_distribution"] = (draft, option) =>
            draft.Spec = draft.Spec with { Distribution = PatternValues.Distribution(JobOptionValues.Text(option), draft.Units) },
        ["norandommap"] = (draft, option) => draft.Spec = draft.Spec with { NoRandomMap = JobOptionValues.Flag(option) },
        ["randseed"] = (draft, option) =>
            draft.Spec = draft.Spec with { RandSeed = (ulong)FioNumber.WholeNumber(JobOptionValues.Text(option), 0, long.MaxValue) },
        ["verify"] = VerifyValues.Verify,
        ["do_verify"] = VerifyValues.DoVerify,
        ["verify_fatal"] = VerifyValues.VerifyFatal,
        ["cpuload"] = (draft, option) => draft.Spec = draft.Spec with { CpuPercent = JobOptionValues.Percent(draft, option, 1) },
        ["cpu"] = (draft, option) => draft.Spec = draft.Spec with { CpuPercent = FioNumber.Percent(JobOptionValues.Text(option), 1) },
    };

    /// <summary>All options and what becomes of them, as docs/FIO.md has it.</summary>
    public static string Index()
    {
        static string List(IEnumerable<string> names) =>
            string.Join(' ', names.Where(name => !_ofInline.Contains(name)).Order(StringComparer.Ordinal).Select(name => $"`{name}`"));
        return $"Done: {List(Setters.Keys)}\n\n"
            + $"Ignored: {List(JobOptionNotes.Ignored.Keys.Where(name => !Setters.ContainsKey(name)))}\n\n"
            + $"Refused: {List(JobOptionNotes.Refused.Keys)}\n\n"
            + $"Other names: {List(Aliases.Keys)}\n";
    }

    /// <summary>Whether an option is done, ignored or refused: fio has it.</summary>
    public static bool IsKnown(string name) => Aliases.GetValueOrDefault(name, name) is var proper
        && (Setters.ContainsKey(proper) || JobOptionNotes.Ignored.ContainsKey(proper) || JobOptionNotes.Refused.ContainsKey(proper));

    /// <summary>The setter of an option, or null when it may be ignored; <paramref name="name"/> is its proper name.</summary>
    /// <exception cref="InputException">It is not supported, or no option at all.</exception>
    public static Setter? Find(JobOption option, bool isInline, out string name)
    {
        name = Aliases.GetValueOrDefault(option.Key, option.Key);
        if (Setters.TryGetValue(name, out var setter) && (isInline || !_ofInline.Contains(name)))
        {
            return setter;
        }

        if (JobOptionNotes.Ignored.ContainsKey(name))
        {
            return null;
        }

        if (JobOptionNotes.Refused.TryGetValue(name, out var reason))
        {
            if (JobOptionNotes.IsNeutral(name, option.Value))
            {
                return (_, _) => { };
            }

            throw option.Mistake($"not supported: {reason}");
        }

        var known = Setters.Keys.Where(key => isInline || !_ofInline.Contains(key))
            .Concat(Aliases.Keys).Concat(JobOptionNotes.Ignored.Keys);
        var nearest = NearestName.Of(option.Key, known);
        throw option.Mistake(nearest is null ? "no such option; docs/FIO.md lists them" : $"no such option; did you mean {nearest}?");
    }
}
