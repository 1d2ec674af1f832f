using Mbsa.Model.Results;

namespace Mbsa.Bench.Searching;

/// <summary>A part of something that a VM was due, as it got it.</summary>
/// <param name="Kept">What it got, as a part of what it was due.</param>
/// <param name="Vm">Its name.</param>
internal sealed record Part(double Kept, string Vm)
{
    /// <summary>The smaller of two.</summary>
    public static Part? Least(Part? a, Part? b) => a is null || b is null ? a ?? b : b.Kept < a.Kept ? b : a;
}

/// <summary>How a set fared at worst.</summary>
/// <param name="Floor">The least part of a floor that a VM had which never pauses for longer than a quantum; null without any.</param>
/// <param name="PausingFloor">The same of those that pause for longer.</param>
/// <param name="Share">The least part of the optimum within reach.</param>
/// <param name="NeverPausing">The same of those that never pause.</param>
/// <param name="BindingUse">Use of the resource that was used most of those that the optimum fills; null where it fills none.</param>
internal sealed record Verdict(Part? Floor, Part? PausingFloor, Part? Share, Part? NeverPausing, double? BindingUse)
{
    /// <summary>What is worse in either.</summary>
    public static Verdict Worst(Verdict a, Verdict b) => new(
        Part.Least(a.Floor, b.Floor),
        Part.Least(a.PausingFloor, b.PausingFloor),
        Part.Least(a.Share, b.Share),
        Part.Least(a.NeverPausing, b.NeverPausing),
        a.BindingUse is null || b.BindingUse is null ? a.BindingUse ?? b.BindingUse : Math.Min(a.BindingUse.Value, b.BindingUse.Value));
}

/// <summary>
/// Compares what each VM of a set got with the optimum. Where that is out of reach it is measured from what was reached: a VM that has to
/// run nearly all the time loses what its VCPUs wait for a core, and where two resources are short, quanta in flight stretch each other, so
/// that neither is used in full.
/// </summary>
internal static class SetJudge
{
    /// <summary>
    /// Of the share a VM could use at most, the part from which on it counts as bound by that: each wait of a VCPU is lost then.
    /// </summary>
    public const double NearReach = 0.8;

    /// <summary>What a VM got against what it would have if a full resource held up all its jobs: from here on it did not.</summary>
    private const double MoreThanHeldUp = 1.05;

    /// <summary>Quanta by which what a VM has in a stretch may be off: where it begins and ends, somebody else may just have his.</summary>
    private const int EdgeQuanta = 2;

    /// <summary>Judges what a run of a set measured.</summary>
    public static Verdict Judge(DrawnSet set, RunResult run)
    {
        var alone = Alone(set);
        var verdicts = SetRun.Stretches(set, run).Select(stretch => Judge(set, alone, stretch));
        return verdicts.DefaultIfEmpty(new Verdict(null, null, null, null, null)).Aggregate(Verdict.Worst);
    }

    /// <summary>Whether a VM wants all the time, and the same: what it is due can be told.</summary>
    public static bool IsPlain(DrawnSet set, DrawnVm vm) => vm.IsOfOneKind && vm.LongestPauseNs <= set.QuantumNs;

    /// <summary>What the VMs of a set claimed in a whole run.</summary>
    public static IReadOnlyList<Claim> Claims(DrawnSet set, RunResult run)
    {
        var alone = Alone(set);
        return [.. set.Vms.Select((vm, i) => SetClaims.Measured(set, vm, run.Vms[i].Use.Use, alone[i]))];
    }

    /// <summary>What each VM has of the host alone, because it pauses; infinity for one that does not.</summary>
    private static double[] Alone(DrawnSet set) =>
        [.. set.Vms.Select(vm => vm.LongestPauseNs > 0 ? SetRun.Alone(set, vm) : double.PositiveInfinity)];

    private static Verdict Judge(DrawnSet set, double[] alone, Stretch stretch)
    {
        DrawnVm[] vms = [.. stretch.There.Select(i => set.Vms[i])];
        Claim[] claims = [.. stretch.There.Select((i, at) =>
            Reaching(SetClaims.Measured(set, set.Vms[i], stretch.Uses[at], alone[i]), stretch.Got[at]))];
        var got = stretch.Got;
        var heldUp = Optimum.Shares(claims);
        claims = [.. claims.Select((claim, i) => Doing(claim, vms[i], got[i], heldUp[i]))];
        var optimum = Optimum.Shares(claims);
        var full = Optimum.Full(claims, optimum);

        Claim[] bound = [.. claims.Select((claim, i) => optimum[i] >= NearReach * claim.Reach && got[i] < optimum[i]
            ? claim with { Cap = got[i], Floor = Math.Min(claim.Floor, got[i]) }
            : claim)];
        double[] capacity = [.. Enumerable.Range(0, 3).Select(r => full.Contains(r) ? Math.Min(1, Optimum.Use(claims, got, r)) : 1)];
        var within = Optimum.Shares(bound, capacity);
        var reachable = full.Count > 0 ? Reachable(set, vms, claims, optimum) : optimum;

        Part? Least(Func<DrawnVm, bool> which, Func<int, double> due) =>
            Enumerable.Range(0, vms.Length).Where(i => which(vms[i]) && due(i) > 0)
            .Select(i => new Part((got[i] + EdgeShare(set, claims[i], stretch)) / due(i), vms[i].Name)).MinBy(part => part.Kept);

        return new Verdict(
            Least(vm => vm.Floor > 0 && vm.LongestPauseNs <= set.QuantumNs, i => claims[i].Floor),
            Least(vm => vm.Floor > 0 && vm.LongestPauseNs > set.QuantumNs, i => claims[i].Floor),
            Least(vm => IsPlain(set, vm), i => within[i]),
            Least(vm => vm.IsOfOneKind && vm.LongestPauseNs == 0, i => within[i]),
            full.Count > 0 ? full.Max(r => Optimum.Use(claims, got, r) / Optimum.Use(claims, reachable, r)) : null);
    }

    /// <summary>
    /// How far all can come towards the optimum at once, each as far as the others unless it needs nothing of what holds them up;
    /// the optimum itself where that is not known.
    /// </summary>
    private static double[] Reachable(DrawnSet set, DrawnVm[] vms, Claim[] claims, double[] optimum)
    {
        Claim[] towards = [.. claims.Select((claim, i) =>
            claim with { Weight = optimum[i], Floor = Math.Min(claim.Floor, optimum[i]), Cap = optimum[i] })];
        return ReachableOptimum.Shares(Kind.Of(set.Host, vms, claims), towards, set.Host.Machine.Cores) ?? optimum;
    }

    /// <summary>A VM alone can be slower than beside others that keep its VCPUs from pausing in step: it can do what it did.</summary>
    private static Claim Reaching(Claim claim, double got) =>
        got <= claim.Reach ? claim : claim with { Reach = got, Cap = claim.Cap < claim.Reach ? claim.Cap : got };

    /// <summary>
    /// The optimum holds a VM up by every full resource that it uses. One that does several things and got more has shown that it can do
    /// without what it uses little: its other jobs went on. It competes for what it uses most then.
    /// </summary>
    private static Claim Doing(Claim claim, DrawnVm vm, double got, double optimum) =>
        vm.IsOfOneKind || got <= optimum * MoreThanHeldUp
            ? claim
            : claim with { Relative = [.. claim.Relative.Select(use => use < 1 ? 0 : use)] };

    private static double EdgeShare(DrawnSet set, Claim claim, Stretch stretch) =>
        stretch.IsWhole ? 0 : EdgeQuanta * (double)set.QuantumNs / stretch.LengthNs / set.Host.Machine.Cores / claim.Relative[0];
}
