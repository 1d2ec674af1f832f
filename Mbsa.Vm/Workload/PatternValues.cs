using System.Globalization;

namespace Mbsa.Vm.Workload;

/// <summary>How the values of options are read that say where a job's I/Os go and how long they are. Mistakes have no place yet.</summary>
internal static class PatternValues
{
    private const double DefaultTheta = 1.1;
    private const double DefaultH = 0.2;
    private const double LargestTheta = 100;

    /// <summary>
    /// fio's <c>rw</c>, with the number behind its colon: a hole in a sequential pattern, I/Os for each place in a random one.
    /// </summary>
    public static void Pattern(JobDraft draft, JobOption option)
    {
        var parts = JobOptionValues.Text(option).Split(':', 2);
        var pattern = parts[0] switch
        {
            "read" => IoPattern.Read,
            "write" => IoPattern.Write,
            "randread" => IoPattern.RandRead,
            "randwrite" => IoPattern.RandWrite,
            "rw" or "readwrite" => IoPattern.ReadWrite,
            "randrw" => IoPattern.RandReadWrite,
            "trim" or "randtrim" or "trimwrite" or "randtrimwrite" => throw new InputException("not supported: NVM has no trim"),
            _ => throw new InputException("must be read, write, randread, randwrite, rw, readwrite or randrw"),
        };
        var isRandom = pattern is IoPattern.RandRead or IoPattern.RandWrite or IoPattern.RandReadWrite;
        draft.Spec = draft.Spec with
        {
            Pattern = pattern,
            HoleBytes = parts.Length == 2 && !isRandom ? Hole(parts[1], draft.Units) : 0,
            IosPerOffset = parts.Length == 2 && isRandom ? (int)FioNumber.WholeNumber(parts[1], 1, int.MaxValue) : 1,
        };
    }

    public static bool RepeatsOffset(string text) => text switch
    {
        "sequential" => false,
        "identical" => true,
        _ => throw new InputException("must be sequential or identical"),
    };

    /// <summary>Both ends of a <c>bsrange</c>, in either order.</summary>
    public static (int MinBytes, int MaxBytes) Range(string text, SizeUnits units)
    {
        var sizes = text.Split('-').Select(size => JobOptionValues.BlockSize(size, units)).ToList();
        return sizes.Count == 2 ? (sizes.Min(), sizes.Max()) : throw new InputException("needs two sizes, like 4k-64k");
    }

    /// <summary>The sizes of a <c>bssplit</c> and their shares; those without one share what is left evenly.</summary>
    public static BlockSplit Split(string text, SizeUnits units)
    {
        var parts = text.Split(':').Select(part => part.Split('/', 2)).ToList();
        int?[] given =
        [
            .. parts.Select(part => part.Length < 2 || part[1].Trim().Length == 0 ? default(int?) : FioNumber.Percent(part[1], 0)),
        ];
        var shares = Shares(given);
        return new BlockSplit(BlockSizes.Split(
            parts.Select((part, i) => new BlockShare(JobOptionValues.BlockSize(part[0], units), shares[i]))));
    }

    public static AccessDistribution Distribution(string text, SizeUnits units)
    {
        var parts = text.Split(':');
        switch (parts[0])
        {
            case "random" when parts.Length == 1:
                return AccessDistribution.Uniform;
            case "zipf":
                return parts.Length == 1 ? new AccessDistribution(DistributionKind.Zipf, DefaultTheta)
                    : Number(parts[1]) is > 0 and <= LargestTheta and not 1 and var theta
                        ? new AccessDistribution(DistributionKind.Zipf, theta, Centre(parts))
                        : throw new InputException($"theta must be above 0, at most {LargestTheta}, and not 1 (fio's rule too)");
            case "pareto":
                return parts.Length == 1 ? new AccessDistribution(DistributionKind.Pareto, DefaultH)
                    : Number(parts[1]) is > 0 and < 1 and var h
                        ? new AccessDistribution(DistributionKind.Pareto, h, Centre(parts))
                        : throw new InputException("h must be between 0 and 1");
            case "normal":
                return parts.Length == 1 ? new AccessDistribution(DistributionKind.Normal)
                    : Number(parts[1]) is >= 0 and < 100 and var deviation
                        ? new AccessDistribution(DistributionKind.Normal, deviation, Centre(parts))
                        : throw new InputException("the deviation is a percentage from 0 up to, but not, 100");
            case "zoned" or "zoned_abs" when parts.Length > 1:
                return new AccessDistribution(DistributionKind.Zoned, Zones: Zones(parts[1..], parts[0] == "zoned_abs", units));
            default:
                throw new InputException("must be random, zipf:THETA, pareto:H, normal:DEVIATION, or zoned or zoned_abs and their zones");
        }
    }

    /// <summary>fio's <c>file_service_type</c>, with the number of I/Os behind its colon.</summary>
    public static void FileService(JobDraft draft, JobOption option)
    {
        var parts = JobOptionValues.Text(option).Split(':', 2);
        draft.Spec = draft.Spec with
        {
            FileService = parts[0] switch
            {
                "roundrobin" => Workload.FileService.RoundRobin,
                "sequential" => Workload.FileService.Sequential,
                "random" => Workload.FileService.Random,
                _ => throw new InputException("must be roundrobin, sequential or random; other distributions over files are not supported"),
            },
            IosPerFile = parts.Length == 2 ? (int)FioNumber.WholeNumber(parts[1], 1, int.MaxValue) : 1,
        };
    }

    private static long Hole(string text, SizeUnits units)
    {
        var isBack = text.StartsWith('-');
        var bytes = FioNumber.Size(isBack ? text[1..] : text, units);
        return bytes % JobOptionValues.SectorBytes != 0
            ? throw new InputException($"the hole behind the colon must be a multiple of {JobOptionValues.SectorBytes} bytes")
            : isBack ? -bytes : bytes;
    }

    private static AccessZones Zones(string[] parts, bool isInBytes, SizeUnits units)
    {
        if (parts.Any(part => part.Contains(',', StringComparison.Ordinal)))
        {
            throw new InputException("takes one list of zones, for reads and writes together (fio 3.33 reads no second one)");
        }

        var pairs = parts.Select(part => part.Split('/', 2)).ToList();
        if (pairs.Any(pair => pair.Length < 2 || pair[0].Trim().Length == 0 || (isInBytes && pair[1].Trim().Length == 0)))
        {
            throw new InputException("a zone is a part of the I/Os and a length, like 60/10:40/90");
        }

        var accesses = pairs.Select(pair => FioNumber.Percent(pair[0], 0)).ToList();
        if (accesses.Sum() != 100)
        {
            throw new InputException($"the zones' parts of the I/Os add up to {accesses.Sum()} %; it must be 100");
        }

        long?[] given = [.. pairs.Select(pair => pair[1].Trim().Length == 0 ? default(long?)
            : isInBytes ? FioNumber.Size(pair[1], units) : FioNumber.Percent(pair[1], 0))];
        var left = 100 - given.Sum();
        if (!isInBytes && left < 0)
        {
            throw new InputException($"the zones' lengths add up to {100 - left} %; it must be at most 100");
        }

        var share = left / Math.Max(1, given.Count(length => length is null));
        return new AccessZones(isInBytes, [.. accesses.Zip(given, (access, length) => new AccessZone(access, length ?? share ?? 0))]);
    }

    private static int[] Shares(int?[] given)
    {
        var (sum, missing) = (given.Sum() ?? 0, given.Count(share => share is null));
        if (sum > 100 || (sum < 100 && missing == 0))
        {
            throw new InputException($"the shares add up to {sum} %; it must be 100 (fio would give the last size the rest, silently)");
        }

        int[] shares = [.. given.Select(share => share ?? (100 - sum) / missing)];
        var last = Array.FindLastIndex(shares, share => share > 0);
        shares[last < 0 ? ^1 : last] += 100 - shares.Sum();
        return shares;
    }

    /// <summary>The centre behind a distribution's number; fio's -1 is none.</summary>
    private static double? Centre(string[] parts) => parts.Length < 3 || parts[2] == "-1" ? null
        : parts.Length == 3 && Number(parts[2]) is >= 0 and <= 1 and var centre ? centre
        : throw new InputException("the centre is a part of the region, from 0 to 1");

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : throw new InputException($"'{JobOption.Shorten(text)}' is not a number");
}

/// <summary>A <c>bssplit</c> of one direction.</summary>
internal readonly record struct BlockSplit(BlockSizes Sizes);
