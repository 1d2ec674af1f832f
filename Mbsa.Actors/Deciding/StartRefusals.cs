using System.Collections.Immutable;
using Mbsa.Actors.Vms;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Deciding;

/// <summary>A VM that will not be started, for what it was promised does not fit beside what others were.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="Why">What is missing.</param>
public sealed record StartRefusal(string Vm, string Why);

/// <summary>Whom a single host is going to refuse at the start of a run, by the rule it will go by then. Pure.</summary>
public static class StartRefusals
{
    /// <summary>The VMs in their order; none with several hosts, where the placement decides.</summary>
    public static ImmutableArray<StartRefusal> Of(ScenarioSpec scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        if (scenario.Cluster is not null)
        {
            return [];
        }

        var capacity = HostCapacity.Of(scenario.Host, scenario.Clock);
        var (admitted, refused) = (new List<AdmittedVm>(), ImmutableArray.CreateBuilder<StartRefusal>());
        for (var vm = 0; vm < scenario.Vms.Length; vm++)
        {
            var spec = scenario.Vms[vm];
            if (!spec.StartsAtOnce)
            {
                continue;
            }

            var candidate = new AdmittedVm(vm, spec.Vcpus, spec.Qos, JobUse.Of(scenario, capacity, spec));
            if (Admission.WhyNot(capacity, admitted, candidate) is not { } why)
            {
                admitted.Add(candidate);
            }
            else if (!spec.Qos.OrBestEffort)
            {
                refused.Add(new StartRefusal(spec.Name, why));
            }
        }

        return refused.ToImmutable();
    }
}
