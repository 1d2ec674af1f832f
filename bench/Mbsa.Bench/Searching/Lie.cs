using Mbsa.Model.Results;

namespace Mbsa.Bench.Searching;

/// <summary>What a VM pretends to want beyond what it wants.</summary>
internal enum LieKind
{
    /// <summary>VCPUs that compute.</summary>
    Computing,

    /// <summary>More VCPUs that do what its first job does.</summary>
    MoreVcpus,

    /// <summary>Larger I/Os, or what computes writes.</summary>
    LargerBlocks,

    /// <summary>A job that reads or writes blocks of another size.</summary>
    AnotherJob,
}

/// <summary>
/// Demand of another kind that one VM of a set adds to its own, to see whether it takes from a neighbour what that is due:
/// strategy-proofness, as dominant resource fairness has it (Ghodsi et al., NSDI 2011).
/// <para>
/// What a neighbour may not lose is the smaller of what it had before and of what it is due whatever others want. That is its share where
/// all want nothing but its own dominant resource, and without end: its weighted part, <c>w_i / sum(w)</c>, or its floor, with the floors
/// of others taken off and what their ceilings leave added. Demand of other kinds than that can only leave more of a resource. What it had
/// above its due came from what others did not want, so they may want it after all. Its due is also no more than what is well within reach
/// of its VCPUs and pauses (<see cref="SetJudge.NearReach"/>), for who has to run all the time loses whatever it waits.
/// </para>
/// </summary>
/// <param name="Vm">Who lies: a VM without a floor, so that nothing is refused.</param>
/// <param name="Kind">How.</param>
/// <param name="Clones">VCPUs that it adds.</param>
/// <param name="BlockBytes">Bytes of the I/Os that it adds.</param>
/// <param name="ReadPercent">Reads among them.</param>
internal sealed record Lie(string Vm, LieKind Kind, int Clones, int BlockBytes, int ReadPercent)
{
    /// <summary>The lie of a seed; null where nobody is there to lie, or to lose by it. Sets with joins and leaves have none.</summary>
    public static Lie? Draw(DrawnSet set, int seed)
    {
        var liars = set.Vms.Where(vm => vm.Floor == 0).ToList();
        if (set.Vms.Count < 2 || liars.Count == 0 || set.ChangesAtMs.Count > 0)
        {
            return null;
        }

        var random = new Random(~seed);
        return new Lie(liars[random.Next(liars.Count)].Name, (LieKind)random.Next(4),
            random.Next(1, 9), 512 << random.Next(16), random.Next(2) * 100);
    }

    /// <summary>The set in which it is told; null for one in which the liar is not, or has a floor.</summary>
    public DrawnSet? In(DrawnSet set) =>
        set.Vms.Any(vm => vm.Name == Vm && vm.Floor == 0)
        ? set with { Vms = [.. set.Vms.Select(vm => vm.Name == Vm ? Told(vm) : vm)] }
        : null;

    /// <summary>The least that a neighbour kept of what it may not lose; null when none can be judged.</summary>
    public Part? Judge(DrawnSet set, RunResult before, RunResult after)
    {
        var claims = SetJudge.Claims(set, before);
        Claim[] contenders = [.. set.Vms.Select((vm, i) => new Claim([1, 0, 0], vm.Weight, claims[i].Floor, vm.Limit ?? 1))];
        var due = Optimum.Shares(contenders);
        return Enumerable.Range(0, set.Vms.Count)
            .Where(i => set.Vms[i].Name != Vm && SetJudge.IsPlain(set, set.Vms[i]))
            .Select(i =>
            {
                var may = Math.Min(before.Vms[i].DominantShare(before.MeasuredNs), Math.Min(due[i], SetJudge.NearReach * claims[i].Reach));
                return new Part(may > 0 ? after.Vms[i].DominantShare(after.MeasuredNs) / may : 1, set.Vms[i].Name);
            })
            .MinBy(part => part.Kept);
    }

    private DrawnVm Told(DrawnVm vm)
    {
        var first = vm.Jobs[0];
        return vm with
        {
            Jobs = Kind switch
            {
                LieKind.Computing => [.. vm.Jobs, new DrawnJob(Clones, 0)],
                LieKind.MoreVcpus => [first with { Clones = first.Clones + Clones }, .. vm.Jobs.Skip(1)],
                LieKind.LargerBlocks => [first with { BlockBytes = Math.Max(first.BlockBytes, BlockBytes) }, .. vm.Jobs.Skip(1)],
                _ => [.. vm.Jobs, new DrawnJob(Clones, BlockBytes, ReadPercent)],
            },
        };
    }
}
