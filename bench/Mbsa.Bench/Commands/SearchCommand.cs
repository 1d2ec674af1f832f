using System.Diagnostics;
using Mbsa.Bench.Searching;
using Mbsa.Cores.Policies;
using Mbsa.Vm;

namespace Mbsa.Bench.Commands;

/// <summary>
/// The search for the next break: random sets of VMs under a policy, each against the optimum that another algorithm finds. Figures are of
/// the virtual clock, the same on every machine.
/// </summary>
internal static class SearchCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "search";

    private const int DefaultSets = 200;
    private const int MostShrunk = 3;
    private const int AtOnce = 2;
    private static readonly TimeSpan _longestShrinking = TimeSpan.FromSeconds(20);

    /// <summary>Searches and prints: figures beside their bars, and a smallest scenario for what breaks a hard one.</summary>
    /// <returns>The exit code: 1 when a hard bar is broken.</returns>
    /// <exception cref="InputException">There is no such policy.</exception>
    public static int Run(BenchOptions options, TextWriter output)
    {
        var (first, policy) = (options.Seed ?? 1, options.Policy ?? QosPolicies.Default);
        var known = QosPolicies.All.Select(p => p.Name).ToArray();
        if (!known.Contains(policy))
        {
            throw new InputException($"unknown policy '{policy}'; known are {string.Join(", ", known)}");
        }

        var trials = Search(first, options.Sets ?? (options.Seconds is null ? DefaultSets : int.MaxValue - first), options.Seconds, policy);
        output.WriteLine($"## search: {trials.Count} random sets of VMs, seeds from {first}, policy {policy}\n");
        SearchReport.Print(trials, policy, output);

        var breaches = trials.SelectMany(trial => trial.Breaches(policy)).ToList();
        var hard = breaches.Where(breach => breach.IsHard).ToList();

        // Bars that are not hard are not reached today: what breaks one is looked into when it is the only set that was asked for.
        foreach (var breach in (trials.Count == 1 ? breaches : hard).Take(MostShrunk))
        {
            output.WriteLine($"```yaml\n{breach.ToSmallestScenario(policy, _longestShrinking)}```\n");
        }

        output.WriteLine(hard.Count == 0 ? "No hard bar is broken." : $"Hard bars are broken {hard.Count} times:");
        hard.ForEach(breach => output.WriteLine($"- seed {breach.Seed}: {breach.What}"));
        return hard.Count == 0 ? 0 : 1;
    }

    /// <summary>Tries the sets of as many seeds as asked for, or as there is time for; at least one.</summary>
    private static List<Trial> Search(int firstSeed, int sets, double? seconds, string policy)
    {
        var (watch, taken, trials) = (Stopwatch.StartNew(), 0, new List<Trial>());
        void Work()
        {
            for (var next = Interlocked.Increment(ref taken); next <= sets; next = Interlocked.Increment(ref taken))
            {
                if (next > 1 && watch.Elapsed.TotalSeconds >= seconds)
                {
                    return;
                }

                var trial = Trial.Of(firstSeed + next - 1, policy);
                lock (trials)
                {
                    trials.Add(trial);
                }
            }
        }

        Parallel.Invoke([.. Enumerable.Repeat(Work, AtOnce)]);
        return [.. trials.OrderBy(trial => trial.Seed)];
    }
}
