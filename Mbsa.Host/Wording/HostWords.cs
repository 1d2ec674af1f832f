using Mbsa.Model.Scenario;

namespace Mbsa.Host.Wording;

/// <summary>
/// What the hosts of a scenario are and how they are scheduled, in words: once where all are alike, each where they differ.
/// </summary>
internal static class HostWords
{
    /// <summary>"plan", or "plan, fair" where hosts have different ones.</summary>
    public static string Policies(ScenarioSpec scenario) => All(scenario, host => host.Policy);

    /// <summary>The machines, as in "paper".</summary>
    public static string Machines(ScenarioSpec scenario) => All(scenario, host => host.Machine.Name);

    /// <summary>The NVM devices, as in "paper".</summary>
    public static string Devices(ScenarioSpec scenario) => All(scenario, host => host.Device.Name);

    /// <summary>The quanta, each with its order of service: "25 us, order share".</summary>
    public static string Quanta(ScenarioSpec scenario) => All(scenario, host =>
        Readable.Length(host.QuantumNs) + (Words.OrderOf(host, scenario.Clock) is { } order ? $", order {order}" : ""));

    /// <summary>"4 cores of paper", or "3 hosts with 12 cores of paper, generic-4core".</summary>
    public static string Hosts(ScenarioSpec scenario)
    {
        var hosts = scenario.AllHosts.Hosts;
        var cores = $"{hosts.Sum(host => host.Host.Machine.Cores)} cores of {Machines(scenario)}";
        return hosts.Length == 1 ? cores : $"{hosts.Length} hosts with {cores}";
    }

    /// <summary>Whether hosts differ in what a report says of each: machine, policy, quantum.</summary>
    public static bool Differ(ScenarioSpec scenario) =>
        scenario.AllHosts.Hosts.Select(host => (host.Host.Machine.Name, host.Host.Policy, host.Host.QuantumNs)).Distinct().Count() > 1;

    private static string All(ScenarioSpec scenario, Func<HostSpec, string> what) =>
        string.Join(", ", scenario.AllHosts.Hosts.Select(host => what(host.Host)).Distinct());
}
