using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Queue;

/// <summary>What the planner decided; an immutable snapshot.</summary>
/// <param name="Vms">Every VM that runs, in the scenario's order.</param>
public sealed record Plan(ImmutableArray<PlannedVm> Vms)
{
    /// <summary>From where on a resource counts as full.</summary>
    private const double NearlyFull = 0.98;

    /// <summary>Of cores, bus and NVM, the part that the plan gives to somebody, 0 to 1.</summary>
    public ImmutableArray<double> Use { get; init; } = [0, 0, 0];

    /// <summary>Whether the plan fills a resource.</summary>
    public bool Fills(Resource resource) => Use[(int)resource] > NearlyFull;

    /// <summary>Nobody is there.</summary>
    public static Plan Empty { get; } = new([]);

    /// <summary>A plan of the same kind for every VM.</summary>
    public static Plan Of(IEnumerable<VmClaim> claims, Func<VmClaim, PlannedVm> plan) => new([.. claims.Select(plan)]);
}

/// <summary>What a plan has for one VM.</summary>
/// <param name="Claim">The VM.</param>
/// <param name="Rate">What it gets in relation to others while all of them want more: the policy's own unit, above 0.</param>
/// <param name="Share">The part of the host that it is expected to get, 0 to 1; null where the policy plans none.</param>
public sealed record PlannedVm(VmClaim Claim, double Rate, double? Share);
