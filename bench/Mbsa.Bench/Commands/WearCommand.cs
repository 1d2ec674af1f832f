using System.Globalization;
using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Vm.Wear;

namespace Mbsa.Bench.Commands;

/// <summary>
/// How evenly the wear policies spread writes, and what that costs: small disks written until their first block fails, under three loads,
/// and one pass of the paper's Figure 8 over a disk of its size. Everything but the times is the same on every machine.
/// </summary>
internal static class WearCommand
{
    private const long Blocks = 4096;
    private const long Endurance = 195_000;
    private const ulong Seed = 1;

    /// <summary>With atomic writes each write is a record as well, which takes its time: a shorter life will do.</summary>
    private const long AtomicEndurance = 20_000;

    /// <summary>Writes per block in a pass of Figure 8: a million a second for the figure's 180 minutes on its 8 GiB.</summary>
    private const long PassWritesPerBlock = 5150;

    private const long LargeBlocks = 2_097_152;

    private static readonly string[] _policies = ["none", "start-gap", "threshold", "due-time"];

    private static readonly string[] _largePolicies = ["none", "due-time"];

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        output.WriteLine($"## wear: {Blocks} blocks, endurance {Endurance}, to the first block failure\n");
        output.WriteLine("Figure 8: eighths of the disk written for 30*, 15*, 40, 5, "
            + "5, 60, 5, 20 minutes, again and again (* invented, see PaperWearLoad).");
        output.WriteLine("Life is of the guest's writes, against all blocks worn out; "
            + "metadata is the most written line against the most written block.\n");
        var bars = new BudgetTable();
        var table = Columns();
        foreach (var (name, load) in Loads())
        {
            foreach (var policy in _policies)
            {
                var (trial, seconds) = WearLab.Run(policy, "", Blocks, load(), Endurance);
                Add(table, name, policy, "", trial, seconds);
                if (policy == "due-time")
                {
                    bars.AtLeast($"{name}: life of ideal", 0.99, Of(trial.LifeOfIdeal), Show.FinePercent);
                    bars.AtMost($"{name}: extra writes", 1 / 128.0, Of(trial.ExtraShare), Show.FinePercent);
                    bars.AtMost($"{name}: metadata line / worst block", 1, Of(trial.MetadataShare), Show.Times);
                    if (name == "Figure 8")
                    {
                        bars.AtMost($"{name}: coefficient of variation", 0.01, Of(trial.Wear.CoefficientOfVariation), Show.FinePercent);
                    }
                }
            }
        }

        table.Print(output);
        RunAtomic(output, bars);
        RunLarge(output, bars);
        bars.Print(output);
    }

    private static void RunAtomic(TextWriter output, BudgetTable bars)
    {
        output.WriteLine($"Every write atomic, the same with endurance {AtomicEndurance}:\n");
        var table = Columns();
        foreach (var (name, load) in Loads())
        {
            var (trial, seconds) = WearLab.Run("due-time", "atomic", Blocks, load(), AtomicEndurance);
            Add(table, name, "due-time", "atomic", trial, seconds);
            bars.AtMost($"{name}, atomic: metadata line / worst block", 1, Of(trial.MetadataShare), Show.Times);
        }

        table.Print(output);
    }

    private static void RunLarge(TextWriter output, BudgetTable bars)
    {
        output.WriteLine($"One pass of Figure 8 over {LargeBlocks} blocks (8 GiB), {PassWritesPerBlock} writes a block:\n");
        var table = Columns();
        var runs = _largePolicies.Select(policy => Task.Run(() =>
        {
            var load = new PaperWearLoad(LargeBlocks, LargeBlocks * PassWritesPerBlock, Seed);
            return (policy, WearLab.Run(policy, "", LargeBlocks, load.Draw, long.MaxValue, LargeBlocks * PassWritesPerBlock));
        })).ToArray();
        foreach (var run in runs)
        {
            var (policy, (trial, seconds)) = run.GetAwaiter().GetResult();
            Add(table, "Figure 8, one pass", policy, "", trial, seconds);
            if (policy == "due-time")
            {
                bars.AtMost("one pass, 8 GiB: coefficient of variation", 0.01, Of(trial.Wear.CoefficientOfVariation), Show.FinePercent);
                bars.AtMost("one pass, 8 GiB: extra writes", 1 / 128.0, Of(trial.ExtraShare), Show.FinePercent);
                bars.AtMost("one pass, 8 GiB: metadata line / worst block", 1, Of(trial.MetadataShare), Show.Times);
            }
        }

        table.Print(output);
    }

    private static IEnumerable<(string Name, Func<WearLoad> Load)> Loads()
    {
        yield return ("Figure 8", () => new PaperWearLoad(Blocks, Blocks * PassWritesPerBlock, Seed).Draw);
        yield return ("zipf 0.99", () => WearLab.Zipf(Blocks, 0.99, Seed));
        yield return ("one hot block", () => blocks => blocks.Clear());
    }

    private static Table Columns() =>
        new("load", "policy", "life % of ideal", "max:mean", "CV %", "extra writes %", "metadata:worst", "seconds");

    private static void Add(Table table, string load, string policy, string parameters, WearTrial trial, double seconds) => table.Add(
        load,
        parameters.Length == 0 ? policy : $"{policy} {parameters}",
        trial.EnduranceWrites == long.MaxValue ? "" : Number(trial.LifeOfIdeal * 100, "0.###"),
        Number(trial.MaxOverMean, "0.####"),
        Number(trial.Wear.CoefficientOfVariation * 100, "0.###"),
        Number(trial.ExtraShare * 100, "0.###"),
        Number(trial.MetadataShare, "0.###"),
        Number(seconds, "0.0"));

    private static Samples Of(double value) => new([value]);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
