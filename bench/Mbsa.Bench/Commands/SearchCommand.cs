using Mbsa.Bench.Searching;

namespace Mbsa.Bench.Commands;

internal static class SearchCommand
{
    public static void Run(BenchOptions options, TextWriter output)
    {
        var (sets, first) = (options.Sets ?? 200, options.Seed ?? 1);
        if (options.Sets == 1)
        {
            var set = SetGenerator.Draw(first);
            if (Environment.GetEnvironmentVariable("SHRINK") is { } what)
            {
                bool Breaks(DrawnSet s)
                {
                    var v = SetJudge.Judge(s, options.Policy ?? "plan");
                    return what switch { "share" => v.ShareError > 0.03, "use" => v.BindingUse < 0.95, _ => v.FloorKept < 0.985 };
                }

                set = SetShrinker.Shrink(set, Breaks);
                output.WriteLine(SetJudge.Judge(set, options.Policy ?? "plan").Details);
            }

            output.WriteLine(SetYaml.Of(set, options.Policy ?? "plan"));
            output.WriteLine($"{set}");
            foreach (var vm in set.Vms)
            {
                output.WriteLine($"  {vm} {string.Join("; ", vm.Jobs)}");
            }
        }

        var verdicts = new (int Seed, Verdict Verdict)[sets];
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            try {
            verdicts[i] = (first + i, SetJudge.Judge(SetGenerator.Draw(first + i), options.Policy ?? "plan")); } catch (Exception e) { Console.WriteLine($"{first+i}: {e.Message}"); verdicts[i] = (first+i, new Verdict(null, "", 0, "", null, 0)); }
        });
        var floors = verdicts.Where(v => v.Verdict.FloorKept is not null).OrderBy(v => v.Verdict.FloorKept).ToList();
        var errors = verdicts.OrderByDescending(v => v.Verdict.ShareError).ToList();
        var uses = verdicts.Where(v => v.Verdict.BindingUse is not null).OrderBy(v => v.Verdict.BindingUse).ToList();
        output.WriteLine($"floors: {floors.Count} sets, below 99 %: {floors.Count(v => v.Verdict.FloorKept < 0.99)}, mean {floors.Average(v => Math.Min(1, v.Verdict.FloorKept!.Value)):P3}");
        foreach (var (seed, v) in floors.Take(4))
        {
            output.WriteLine($"  {seed}: {v.FloorOf} {v.FloorKept:P2}  misses {v.Misses} {v.Details}");
        }

        output.WriteLine($"shares: within 1 %: {errors.Count(v => v.Verdict.ShareError <= 0.01) / (double)sets:P1}");
        foreach (var (seed, v) in errors.Take(14))
        {
            output.WriteLine($"  {seed}: {v.ErrorOf} {v.ShareError:P2}   {v.Details}");
        }

        output.WriteLine($"binding: {uses.Count}, below 97 %: {uses.Count(v => v.Verdict.BindingUse < 0.97)}");
        foreach (var (seed, v) in uses.Take(10))
        {
            output.WriteLine($"  {seed}: {v.BindingUse:P2}   {v.Details}");
        }
    }
}
