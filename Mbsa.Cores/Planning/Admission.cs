using System.Globalization;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Planning;

/// <summary>Decides whether a promise can be given beside those given already. Pure.</summary>
public static class Admission
{
    private const double Rounding = 1e-9;

    /// <summary>Why a VM cannot be promised this; null when it can.</summary>
    /// <param name="host">What there is.</param>
    /// <param name="others">What was promised to the other VMs, and what they declared.</param>
    /// <param name="candidate">The VM.</param>
    public static string? WhyNot(HostCapacity host, IEnumerable<AdmittedVm> others, AdmittedVm candidate)
    {
        var qos = candidate.Qos;
        if (!(qos.Weight > 0) || !double.IsFinite(qos.Weight))
        {
            return $"a weight of {Text(qos.Weight)} is none; it has to be above 0";
        }

        if (WhyNoSense(candidate, host) is { } why)
        {
            return why;
        }

        return qos.Reservation is { } floor ? WhyNotReserved(host, others, candidate, floor) : null;
    }

    private static string? WhyNoSense(AdmittedVm candidate, HostCapacity host)
    {
        var qos = candidate.Qos;
        if (qos.Limit is { Value: var limit } && !(limit > 0))
        {
            return $"a limit of {Text(limit)} would stop it for ever";
        }

        foreach (var promise in new[] { qos.Reservation, qos.Limit })
        {
            if (promise is { } p && (!double.IsFinite(p.Value) || p.Value < 0))
            {
                return $"a promise of {Text(p.Value)} is none";
            }

            if (promise is { Unit: not PromiseUnit.Share } && !candidate.Use.Average.DoesIo)
            {
                return "it only computes, so it can be promised a share of the host but no bandwidth and no IOPS";
            }
        }

        if (qos.LatencyNs is not null && qos.Reservation is not { Value: > 0 })
        {
            return "the latency class needs a reservation: it is served first within that";
        }

        var claim = new VmClaim(candidate.Vm, candidate.Vcpus, qos, candidate.Use.Average);
        return claim.LimitShare < claim.ReservedShare * (1 - Rounding)
            ? $"its limit of {Percent(claim.LimitShare)} of the host is below its reservation of {Percent(claim.ReservedShare)}"
            : null;
    }

    private static string? WhyNotReserved(HostCapacity host, IEnumerable<AdmittedVm> others, AdmittedVm candidate, Promise floor)
    {
        var vcpus = candidate.Use.WorstVcpus(floor, host.Cores);
        if (vcpus > candidate.Vcpus * (1 + Rounding))
        {
            return $"its reservation takes {vcpus.ToString("0.##", CultureInfo.InvariantCulture)} cores, "
                + $"and it has {candidate.Vcpus} VCPU{(candidate.Vcpus == 1 ? "" : "s")} to use them with";
        }

        var given = others.Where(other => other.Qos.Reservation is not null).ToList();
        foreach (var resource in new[] { Resource.Cores, Resource.Bus, Resource.Nvm })
        {
            var need = candidate.Use.WorstNeed(floor, resource);
            var left = 1 - given.Sum(other => other.Use.WorstNeed(other.Qos.Reservation!.Value, resource));
            if (need > left + Rounding)
            {
                return $"its reservation takes {Percent(need)} of the {Name(resource)}, "
                    + $"and {Percent(Math.Max(0, left))} is left beside what is reserved for others";
            }
        }

        return null;
    }

    private static string Name(Resource resource) => resource switch
    {
        Resource.Cores => "cores",
        Resource.Bus => "memory bus",
        _ => "NVM",
    };

    private static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A VM with its promises and what its jobs declare.</summary>
/// <param name="Vm">Its place in the scenario.</param>
/// <param name="Vcpus">Its VCPUs.</param>
/// <param name="Qos">What it was promised, or wants to be.</param>
/// <param name="Use">What its jobs ask of the host.</param>
public sealed record AdmittedVm(int Vm, int Vcpus, QosSpec Qos, DeclaredUse Use);
