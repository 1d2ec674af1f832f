using System.Globalization;
using Mbsa.Host.Wording;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Commands.Nvm;

/// <summary>How the virtual disks of a device wore, in lines for people.</summary>
internal static class NvmWear
{
    private const int MaxBins = 8;
    private const int BarCells = 40;

    /// <summary>Some lines on the virtual disk of a child device; none when there is no disk that can be read.</summary>
    /// <param name="content">The child device.</param>
    /// <param name="profile">The device's kind, for what a block endures; null when nobody said.</param>
    public static IEnumerable<string> Lines(ChildContent content, DeviceProfile? profile)
    {
        var disk = content.Disk;
        if (disk.Wear is not { } wear || disk.WearCounts is not { } counts)
        {
            yield break;
        }

        var parameters = disk.SuperBlock!.WearParameters is { Length: > 0 } given ? $" ({given})" : "";
        yield return $"wear of '{content.Child.Name}': {wear.Policy}{parameters}, "
            + $"{Readable.Count(wear.Writes)} block writes, {Readable.Count(wear.ExtraWrites)} of them by wear levelling"
            + (disk.SuperBlock.IsClean ? "" : "; as last stored, the disk was not ended cleanly");
        yield return $"  worst block {Number(wear.Max)}, mean {Number(wear.Mean)}, "
            + $"coefficient of variation {Number(wear.CoefficientOfVariation * 100)} %";
        if (profile is not null)
        {
            yield return $"  {Life(EnduranceProjection.Of(wear, profile.EnduranceWrites), profile)}";
        }

        foreach (var line in wear.Max == 0 ? [] : Histogram(counts.Writes))
        {
            yield return line;
        }
    }

    /// <summary>How many blocks were written how often: a bar for each range of counts, from the least to the most.</summary>
    public static IEnumerable<string> Histogram(uint[] writes)
    {
        var (min, max) = (writes.Min(), writes.Max());
        var width = (max - min) / MaxBins + 1;
        var bins = new long[(max - min) / width + 1];
        foreach (var count in writes)
        {
            bins[(count - min) / width]++;
        }

        var digits = Number(max).Length;
        for (var bin = 0; bin < bins.Length; bin++)
        {
            var first = min + (uint)bin * width;
            var last = Math.Min(max, first + width - 1);
            var range = $"{Number(first).PadLeft(digits)} to {Number(last).PadLeft(digits)}";
            var share = bins[bin] / (double)writes.Length;
            var bar = new string('#', bins[bin] == 0 ? 0 : Math.Max(1, (int)(share * BarCells)));
            yield return $"  {range} writes  {bar.PadRight(BarCells)} {Number(share * 100)} %";
        }
    }

    private static string Life(EnduranceProjection life, DeviceProfile profile)
    {
        if (double.IsPositiveInfinity(profile.EnduranceWrites))
        {
            return $"'{profile.Name}' never wears out";
        }

        var left = Math.Max(0, 1 - life.UsedFraction) * 100;
        return $"'{profile.Name}' endures {profile.EnduranceWrites.ToString("0.##e0", CultureInfo.InvariantCulture)} writes a block: "
            + $"{left.ToString("0.####", CultureInfo.InvariantCulture)} % of the worst block's life is left; "
            + $"going on like this the disk lives {Number(life.FractionOfIdeal * 100)} % as long as with even wear";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
