using Mbsa.Actors;
using Mbsa.Actors.Results;

namespace Mbsa.Bench.Searching;

/// <summary>How a set fared.</summary>
/// <param name="FloorKept">The least that a VM with a floor got of it, 1 for all; null without floors.</param>
/// <param name="FloorOf">Which VM that was.</param>
/// <param name="ShareError">The largest shortfall from the optimum within reach, as a part of it.</param>
/// <param name="ErrorOf">Which VM that was.</param>
/// <param name="BindingUse">Use of the resource that was used most, where the optimum fills one; null where nobody wants that much.</param>
/// <param name="Misses">Windows in which a floor was missed by the product's own account.</param>
internal sealed record Verdict(double? FloorKept, string FloorOf, double ShareError, string ErrorOf, double? BindingUse, int Misses)
{
    public string Details { get; init; } = "";
}

/// <summary>Runs a set and compares what each VM got with the optimum.</summary>
internal static class SetJudge
{
    /// <summary>Of the share a VM's VCPUs could use at most, the part from which on it counts as bound by them: each wait of a VCPU is lost then.</summary>
    private const double NearReach = 0.8;

    /// <summary>Judges a set under a policy.</summary>
    public static Verdict Judge(DrawnSet set, string policy)
    {
        var run = Run(set, policy);
        var seconds = run.MeasuredNs;
        var got = run.Vms.Select(vm => vm.Use.Use.DominantNs / seconds).ToArray();
        var claims = set.Vms.Select((vm, i) => SetClaims.Measured(set, vm, run.Vms[i], vm.Pauses ? Math.Max(got[i], Alone(set, vm)) : double.PositiveInfinity)).ToList();
        var optimum = Optimum.Shares(claims);
        double Use(double[] of, int resource) => claims.Select((claim, i) => of[i] * claim.Relative[resource]).Sum();
        var bound = claims.Select((claim, i) => IsBound(set.Vms[i], claim, optimum[i], set.Cores) && got[i] < optimum[i]
            ? claim with { Cap = got[i], Floor = Math.Min(claim.Floor, got[i]) }
            : claim).ToList();
        double[] capacity = [.. Enumerable.Range(0, 3).Select(r => Use(optimum, r) > 0.999 ? Math.Min(1, Use(got, r)) : 1)];
        var within = Optimum.Shares(bound, capacity);
        var errors = got.Select((share, i) => set.Vms[i].IsOfOneKind && set.Vms[i].Jobs.All(job => job.ThinkNs <= set.QuantumNs) ? 1 - share / within[i] : 0).ToArray();
        var worst = Array.IndexOf(errors, errors.Max());
        var floors = set.Vms.Select((vm, i) => vm.Floor > 0 ? got[i] / Math.Min(vm.Floor, claims[i].Cap) : double.PositiveInfinity).ToArray();
        var least = Array.IndexOf(floors, floors.Min());
        var fills = Enumerable.Range(0, 3).Any(r => Use(optimum, r) > 0.999);
        return new Verdict(
            double.IsPositiveInfinity(floors[least]) ? null : floors[least],
            set.Vms[least].Name,
            errors[worst],
            set.Vms[worst].Name,
            fills ? Enumerable.Range(0, 3).Max(r => Use(optimum, r) > 0.999 ? Use(got, r) : 0) : null,
            run.Vms.Sum(vm => vm.Use.ReservationMisses))
        {
            Details = string.Join("; ", set.Vms.Select((vm, i) =>
                $"{vm.Name} got {got[i]:0.0000} within {within[i]:0.0000} optimum {optimum[i]:0.0000} floor {vm.Floor:0.000} cap {claims[i].Cap:0.000} rel [{string.Join(" ", claims[i].Relative.Select(r => r.ToString("0.000")))}]"))
                + $" | use {Use(got, 0):0.000} {Use(got, 1):0.000} {Use(got, 2):0.000} optimum {Use(optimum, 0):0.000} {Use(optimum, 1):0.000} {Use(optimum, 2):0.000}",
        };
    }

    private static bool IsBound(DrawnVm vm, Claim claim, double optimum, int cores) =>
        vm.Pauses ? optimum >= NearReach * claim.Cap : optimum >= NearReach * vm.Vcpus / cores / claim.Relative[0];

    /// <summary>What a VM that pauses gets of the host when nobody else is there.</summary>
    private static double Alone(DrawnSet set, DrawnVm vm)
    {
        var alone = set with { Vms = [vm with { Floor = 0, Limit = null }], DurationMs = 50, WarmupMs = 10 };
        var run = Run(alone, "none");
        return run.Vms[0].Use.Use.DominantNs / run.MeasuredNs;
    }

    private static RunResult Run(DrawnSet set, string policy)
    {
        var run = ScenarioRun.Start(set.ToScenario(policy)).Completion.GetAwaiter().GetResult();
        return run.Problems.IsEmpty ? run : throw new BenchException($"the run has problems: {string.Join("; ", run.Problems)}");
    }
}
