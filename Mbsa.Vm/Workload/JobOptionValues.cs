namespace Mbsa.Vm.Workload;

/// <summary>How the values of options are read and checked. Mistakes are <see cref="InputException"/>s without a place.</summary>
internal static class JobOptionValues
{
    /// <summary>Most clones of one job.</summary>
    public const int MaxClones = 4096;

    /// <summary>Most I/Os of one job in flight.</summary>
    public const int DeepestQueue = 65536;

    /// <summary>Most files of one clone of a job.</summary>
    public const int MaxFiles = 4096;

    /// <summary>What blocks and places are multiples of.</summary>
    public const int SectorBytes = 512;

    /// <summary>The largest block.</summary>
    public const int LargestBlockBytes = 64 << 20;

    private const string CpuEngine = "cpuio";
    private static readonly string[] _synchronousEngines = ["psync", "sync", "vsync", "pvsync", "pvsync2", "mmap", "dev-dax", "libpmem"];
    private static readonly string[] _asynchronousEngines = ["libaio", "io_uring", "posixaio"];

    public static string Text(JobOption option) =>
        string.IsNullOrWhiteSpace(option.Value) ? throw new InputException("needs a value") : option.Value.Trim();

    public static bool Flag(JobOption option) => option.Value?.Trim() switch
    {
        null or "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new InputException("must be 0 or 1"),
    };

    /// <summary>A percentage; fio itself takes any number with a % behind it for 100.</summary>
    public static int Percent(JobDraft draft, JobOption option, int min) => !draft.IsInline && Text(option).EndsWith('%')
        ? throw new InputException("fio takes this for 100; write the number without %")
        : FioNumber.Percent(Text(option), min);

    public static int Count(JobOption option, int max) => (int)FioNumber.WholeNumber(Text(option), 1, max);

    public static SizeUnits KbBase(JobDraft draft, JobOption option) => (Text(option), draft.IsInline) switch
    {
        ("1024", true) => SizeUnits.Scenario,
        ("1024", false) => SizeUnits.Fio1024,
        ("1000", false) => SizeUnits.Fio1000,
        (_, true) => throw new InputException("sizes in a scenario are binary; kb_base belongs in a fio file"),
        _ => throw new InputException("must be 1024 or 1000"),
    };

    public static void Engine(JobDraft draft, JobOption option)
    {
        var engine = Text(option);
        if (engine != CpuEngine)
        {
            draft.Spec = draft.Spec with { Engine = EngineNamed(engine) };
        }

        draft.IsCpuEngine = engine == CpuEngine;
    }

    private static IoEngine EngineNamed(string name)
    {
        if (_synchronousEngines.Contains(name))
        {
            return IoEngine.Synchronous;
        }

        if (_asynchronousEngines.Contains(name))
        {
            return IoEngine.Asynchronous;
        }

        string[] known = [.. _synchronousEngines, .. _asynchronousEngines, CpuEngine];
        throw new InputException(NearestName.Of(name, known) is { } nearest
            ? $"no such engine here; did you mean {nearest}?"
            : $"no such engine here; there are {string.Join(", ", known[..^1])} and {CpuEngine}");
    }

    /// <summary>fio's "for both", "reads,writes", ",writes" or "reads,"; a third value is for trims, and there are none.</summary>
    public static (T? Read, T? Write) Pair<T>(JobOption option, Func<string, T> parse) where T : struct
    {
        var parts = Text(option).Split(',');
        T? Part(string text) => string.IsNullOrWhiteSpace(text) ? null : parse(text);
        if (parts.Length == 3)
        {
            Part(parts[2]);
        }

        return parts.Length switch
        {
            1 => (parse(parts[0]), parse(parts[0])),
            2 or 3 when parts.Any(part => !string.IsNullOrWhiteSpace(part)) => (Part(parts[0]), Part(parts[1])),
            2 or 3 => throw new InputException("needs a value"),
            _ => throw new InputException("takes one value, or one for reads, one for writes and one for trims"),
        };
    }

    public static int BlockSize(string text, SizeUnits units)
    {
        var bytes = FioNumber.Size(text, units);
        return bytes is > 0 and <= LargestBlockBytes && bytes % SectorBytes == 0
            ? (int)bytes
            : throw new InputException($"{bytes} bytes; a block must be a multiple of {SectorBytes} bytes and at most 64m");
    }

    /// <summary>A size; 0 is all there is.</summary>
    public static Extent? Size(JobOption option, SizeUnits units)
    {
        var size = FioNumber.Extent(Text(option), units);
        return size is { Percent: 0, Bytes: 0 } ? null : size;
    }

    public static long? FileSize(JobOption option, SizeUnits units)
    {
        var sizes = Text(option).Split('-').Select(text => FioNumber.Size(text, units)).Distinct().ToList();
        return sizes.Count == 1
            ? sizes[0] == 0 ? null : sizes[0]
            : throw new InputException("a random size is not supported; give one");
    }

    public static Extent Offset(JobOption option, SizeUnits units)
    {
        var text = Text(option);
        var offset = text is "0%" ? default : FioNumber.Extent(text, units);
        return offset.Bytes % SectorBytes == 0 ? offset : throw new InputException($"must be a multiple of {SectorBytes} bytes");
    }

    public static long IoSize(JobOption option, SizeUnits units)
    {
        var text = Text(option);
        if (text.EndsWith('%'))
        {
            throw new InputException("give it in bytes; percentages are for size and offset");
        }

        var bytes = FioNumber.Size(text, units);
        return bytes > 0 ? bytes : throw new InputException("must be more than 0");
    }

    public static long? MaxIos(JobOption option) => FioNumber.WholeNumber(Text(option), 0, long.MaxValue) is > 0 and var max ? max : null;

    public static long? Runtime(JobOption option)
    {
        var ns = FioNumber.TimeNs(Text(option), 1_000_000_000);
        return ns == 0 ? null : ns;
    }

    public static long StartDelay(JobOption option)
    {
        var text = Text(option);
        return text.LastIndexOf('-') > 0 || text.Contains(':', StringComparison.Ordinal)
            ? throw new InputException("a random delay is not supported; give one time")
            : FioNumber.TimeNs(text, 1_000_000_000);
    }

    /// <summary>A rate that was just given, or else the earlier one; 0 is no limit.</summary>
    public static double? Limit(long? given, double? earlier) => given switch { null => earlier, 0 => null, _ => given };

    public static ExitWhat ExitWhat(string text) => text switch
    {
        "group" => Workload.ExitWhat.Group,
        "stonewall" => Workload.ExitWhat.Stonewall,
        "all" => Workload.ExitWhat.All,
        _ => throw new InputException("must be group, stonewall or all"),
    };
}
