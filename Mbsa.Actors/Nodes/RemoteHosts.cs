using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Nodes;

/// <summary>What a host cannot have that is carried by a node of a cluster and not by this process: the one place that says so.</summary>
internal static class RemoteHosts
{
    /// <summary>Why nodes cannot carry the hosts of a scenario, in one sentence; null when they can.</summary>
    /// <remarks>
    /// A node touches no files; and a host is rebuilt from its steps when its node is lost, while a file would already have what it is to
    /// do again.
    /// </remarks>
    public static string? WhyNot(ScenarioSpec scenario) =>
        scenario.AllHosts.Hosts.FirstOrDefault(host => host.Host.NvmFile is not null) is { } kept
            ? $"the NVM of '{kept.Name}' is in a file, and the nodes of a cluster touch none; "
                + "leave 'file' out, or run the scenario without a cluster"
            : null;
}
