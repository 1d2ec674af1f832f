using Mbsa.Model.Scenario;

namespace Mbsa.Bench.Searching;

/// <summary>
/// A host and its VMs as the search draws them: the few figures that matter, so that a set can be shrunk, printed as a scenario file and
/// run.
/// </summary>
internal sealed record DrawnSet
{
    /// <summary>
    /// Length of the windows in which sets with changes are measured, in milliseconds; changes happen between two of them.
    /// </summary>
    public const int WindowMs = 10;

    private const long Ms = 1_000_000;

    /// <summary>The host.</summary>
    public required DrawnHost Host { get; init; }

    /// <summary>Quantum, in nanoseconds.</summary>
    public long QuantumNs { get; init; } = 25_000;

    /// <summary>Length of the measured part, in milliseconds.</summary>
    public int DurationMs { get; init; } = 200;

    /// <summary>Length of the warm-up, in milliseconds.</summary>
    public int WarmupMs { get; init; } = 40;

    /// <summary>The VMs.</summary>
    public required IReadOnlyList<DrawnVm> Vms { get; init; }

    /// <summary>Moments at which a VM comes or goes, in milliseconds of the measured part, in order.</summary>
    public IReadOnlyList<int> ChangesAtMs =>
        [.. Vms.SelectMany(vm => new[] { vm.ComesAtMs, vm.GoesAtMs }).OfType<int>().Distinct().Order()];

    /// <summary>The scenario, under a policy.</summary>
    public ScenarioSpec ToScenario(string policy)
    {
        var vms = Vms.Select(vm => vm.ToSpec()).ToArray();
        return new ScenarioSpec
        {
            Name = "drawn",
            DurationNs = DurationMs * Ms,
            WarmupNs = WarmupMs * Ms,
            WindowNs = ChangesAtMs.Count > 0 ? WindowMs * Ms : null,
            Host = new HostSpec
            {
                Machine = Host.Machine,
                Device = Host.Device,
                NvmSizeBytes = (vms.Sum(vm => vm.Storage?.ChildBytes ?? 0) / (1L << 20) + 64) << 20,
                Payload = PayloadKind.None,
                Policy = policy,
                QuantumNs = QuantumNs,
            },
            Vms = [.. vms],
            Events = [.. Vms.SelectMany(Changes).OrderBy(e => e.AtNs)],
        };
    }

    private static IEnumerable<ScenarioEvent> Changes(DrawnVm vm)
    {
        if (vm.ComesAtMs is { } comes)
        {
            yield return new ScenarioEvent(comes * Ms, vm.Name, new VmChange.Start());
        }

        if (vm.GoesAtMs is { } goes)
        {
            yield return new ScenarioEvent(goes * Ms, vm.Name, new VmChange.Stop());
        }
    }
}
