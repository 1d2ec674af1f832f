using Mbsa.Bench.Reporting;
using Mbsa.Nvm.PowerFailure;
using Mbsa.Nvm.Tests.PowerFailure;
using Mbsa.Vm.Tests.PowerFailure;

namespace Mbsa.Bench.Commands;

/// <summary>
/// Power failures at every fence of long random histories, and what the checker says of them: it must find nothing,
/// and must find something when a fence is dropped or changes places with the next. The histories are those of the tests, longer.
/// </summary>
internal static class CrashCommand
{
    private const int GuestBlocks = 12;
    private const int StatesPerFence = 256;
    private const int StatesPerMutantFence = 8;

    /// <summary>
    /// Fences of a history that are dropped or swapped, one at a time and evenly spread: each is a whole life to explore.
    /// </summary>
    private const int Mutants = 24;

    /// <summary>Explores and prints; <c>--repetitions</c> is the number of seeds of each history.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seeds = options.Repetitions ?? 20;
        output.WriteLine($"## crash: power failures at every fence, {seeds} histories of each kind\n");
        var explored = new Table(["history", "fences", "of them in every combination of lines", "states", "violations"]);
        var mutants = new Table(["history", "fences tried", "dropped: noticed", "swapped with the next: noticed"]);
        var (states, violations) = (0L, 0L);
        foreach (var kind in Kinds())
        {
            Tally tally = new();
            for (var seed = 0; seed < seeds; seed++)
            {
                tally.Add(kind.Live(seed, StatesPerFence, 0, null));
            }

            Console.Error.WriteLine($"{kind.Name}: {tally.States} states");
            explored.Add([kind.Name, $"{tally.Fences}", $"{tally.Exhaustive}", $"{tally.States}", $"{tally.Violations}"]);
            tally = new Tally();
            for (var seed = 0; seed < Math.Max(1, seeds / 20); seed++)
            {
                tally.Add(kind.Live(seed, 8, 4, null));
            }

            explored.Add([$"{kind.Name}, and again in the recovery", $"{tally.Fences}",
                $"{tally.Exhaustive}", $"{tally.States}", $"{tally.Violations}"]);
            var life = kind.Live(0, 2, 0, null);
            mutants.Add([kind.Name, $"{Changed(life).Count()}",
                Noticed(kind, life, FenceFate.Dropped), Noticed(kind, life, FenceFate.SwappedWithNext)]);
        }

        explored.Print(output);
        mutants.Print(output);
        output.WriteLine("Fences that are not missed keep a second copy alike or follow what every mount makes anew (docs/FORMAT.md).\n");
    }

    private static IEnumerable<long> Changed(Life life)
    {
        var step = Math.Max(1, (life.Last - life.First) / Mutants);
        for (var fence = life.First; fence < life.Last; fence += step)
        {
            yield return fence;
        }
    }

    private static string Noticed(Kind kind, Life life, FenceFate fate)
    {
        var noticed = 0;
        foreach (var changed in Changed(life))
        {
            noticed += kind.Live(0, StatesPerMutantFence, 0, fence => fence == changed ? fate : FenceFate.Holds).Violations > 0 ? 1 : 0;
        }

        return $"{noticed}";
    }

    private static IEnumerable<Kind> Kinds()
    {
        yield return new Kind("child devices made, resized and deleted", (seed, states, recovery, fate) =>
        {
            using var history = new DeviceHistory(seed, states, recovery, fate);
            var first = history.Fences;
            history.Live(10);
            return Life.Of(history.Explorer, first, history.Fences);
        });
        yield return Disk("none", "", 16);
        yield return Disk("due-time", "q=16 t=1", 160);
        yield return Disk("due-time", "q=16 t=1 atomic", 40);
        yield return Disk("threshold", "threshold=1 unit=4", 80);
        yield return Disk("start-gap", "psi=8", 80);
    }

    private static Kind Disk(string policy, string parameters, int writes) =>
        new($"disk, wear {policy} {parameters}".TrimEnd(), (seed, states, recovery, fate) =>
    {
        using var history = new DiskHistory(GuestBlocks, policy, parameters, seed, states, recovery, fate);
        history.Live(writes);
        return Life.Of(history.Explorer, history.FirstFence, history.Fences);
    });

    private sealed record Kind(string Name, Func<int, int, int, Func<long, FenceFate>?, Life> Live);

    private sealed record Life(long First, long Last, long Fences, long Exhaustive, long States, long Violations)
    {
        public static Life Of(PowerFailureExplorer explorer, long first, long last) =>
            new(first, last, explorer.Fences, explorer.ExhaustiveFences, explorer.States, explorer.ViolationCount);
    }

    private sealed class Tally
    {
        public long Fences { get; private set; }

        public long Exhaustive { get; private set; }

        public long States { get; private set; }

        public long Violations { get; private set; }

        public void Add(Life life)
        {
            Fences += life.Fences;
            Exhaustive += life.Exhaustive;
            States += life.States;
            Violations += life.Violations;
        }
    }
}
