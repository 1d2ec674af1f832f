using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Figures;

/// <summary>How often a reservation was missed. Where it was never judged nobody knows, and that is not never missed.</summary>
internal static class Judged
{
    /// <summary>Of all VMs.</summary>
    public const string NoWindow = "never judged: no VM had a reservation and wanted more than it had";

    /// <summary>Of a tenant.</summary>
    public const string NoEpoch = "never judged: in no epoch did it want all it was promised";

    /// <summary>Windows that a VM missed; null when none was judged.</summary>
    public static double? Misses(VmResult vm) => vm.Use.ReservationWindows > 0 ? vm.Use.ReservationMisses : null;

    /// <summary>Windows that the VMs missed that were judged; null when none was.</summary>
    public static double? Misses(RunResult run) => run.Vms.Select(Misses)
        .Aggregate((sum, misses) => sum is null ? misses : sum + (misses ?? 0));

    /// <summary>Of the windows in which VMs could miss their reservations, the part in which they did; null when none was judged.</summary>
    public static double? Missed(IReadOnlyList<VmResult> vms) =>
        vms.Sum(vm => vm.Use.ReservationWindows) is > 0 and var windows ? vms.Sum(vm => vm.Use.ReservationMisses) / (double)windows : null;

    /// <summary>Epochs that a tenant missed; null when none was judged.</summary>
    public static double? Misses(TenantResult tenant) => tenant.Epochs > 0 ? tenant.Misses : null;

    /// <summary>Why a VM was never judged.</summary>
    public static string WhyNever(VmResult vm, RunResult run) => vm.Spec.Qos.Reservation is null && !IsPromisedLater(vm.Spec, run.Scenario)
        ? "never judged: it has no reservation"
        : "never judged: it never wanted more than it had for 1 % of a window";

    private static bool IsPromisedLater(VmSpec vm, ScenarioSpec scenario) =>
        scenario.Events.Any(e => e.Vm == vm.Name && e.Change is VmChange.SetQos { Qos.Reservation: not null })
        || scenario.Cluster?.Tenants.Any(tenant => tenant.Vms.Any(index => scenario.Vms[index].Name == vm.Name)) == true;
}
