using System.Collections.Immutable;
using Mbsa.Actors.Deciding;
using Mbsa.Actors.Hosts;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Runs;

/// <summary>What the conductor knows and decided of a run: who is where, what is promised, what is on its way.</summary>
/// <param name="scenario">A scenario.</param>
/// <param name="hosts">The hosts.</param>
internal sealed class Situation(ScenarioSpec scenario, HostCluster hosts)
{
    private readonly HostStanding[] _standings =
        [.. scenario.AllHosts.Hosts.Select(host => host.IsThereAtOnce ? HostStanding.Up : HostStanding.Absent)];

    /// <summary>What is run.</summary>
    public ScenarioSpec Scenario => scenario;

    /// <summary>Its hosts and what is between them.</summary>
    public ClusterSpec Cluster { get; } = scenario.AllHosts;

    /// <summary>The hosts.</summary>
    public HostCluster Hosts => hosts;

    /// <summary>Every host by its index.</summary>
    public IEnumerable<int> AllHosts => Enumerable.Range(0, Cluster.Hosts.Length);

    /// <summary>Who runs where.</summary>
    public Whereabouts Whereabouts { get; } = new(scenario.Vms.Length);

    /// <summary>What is promised where.</summary>
    public Placement Placement { get; } = new(scenario, isAlone: scenario.AllHosts is { Hosts.Length: 1, Tenants.IsEmpty: true });

    /// <summary>What is on its way.</summary>
    public Network Network { get; } = new(scenario.AllHosts.Hosts.Length, scenario.AllHosts.Network);

    /// <summary>For each VM the host it was on last; null for none.</summary>
    public int?[] LastHosts { get; } = new int?[scenario.Vms.Length];

    /// <summary>The VMs that were on a host last, in ascending order.</summary>
    public IEnumerable<int> LastOn(int host) => Enumerable.Range(0, LastHosts.Length).Where(vm => LastHosts[vm] == host);

    /// <summary>When the measured part began, on the scenario's clock.</summary>
    public long MeasuredFromNs { get; set; }

    /// <summary>What went wrong so far.</summary>
    public RunProblems Problems { get; } = new();

    /// <summary>Events that could not happen.</summary>
    public int EventsMissed { get; private set; }

    /// <summary>How a host stands.</summary>
    public HostStanding this[int host]
    {
        get => _standings[host];
        set => _standings[host] = value;
    }

    /// <summary>Whether a host can be given VMs.</summary>
    public bool MayTake(int host) => _standings[host] == HostStanding.Up && Network.IsUp(host);

    /// <summary>Whether anything runs on a host.</summary>
    public bool IsUp(int host) => _standings[host] is HostStanding.Up or HostStanding.Draining;

    /// <summary>Whether nothing can happen to a VM because its host, or every host, has no power.</summary>
    public bool HasNoPower(int vm) => Whereabouts[vm].State == PlaceState.Lost || _standings.All(standing => standing == HostStanding.Lost);

    /// <summary>Whether a VM waits for its host to come back.</summary>
    public bool IsAnyLost => AllHosts.Any(host => _standings[host] == HostStanding.Lost && Whereabouts.LostWith(host).Count > 0);

    /// <summary>Whether a VM was started and is neither stopped nor given up.</summary>
    public bool Runs(int vm) => Whereabouts[vm].RunsOn is { } host && IsAlive(vm, host);

    /// <summary>Whether a VM is on a host as it was last heard of, and neither stopped nor given up.</summary>
    public bool IsAlive(int vm, int host) => hosts.StandingOf(vm, host)?.State is VmState.Running or VmState.Finished;

    /// <summary>How a VM stands on every host it ever was on, in the order of hosts.</summary>
    public IEnumerable<VmStanding> StandingsOf(int vm) => AllHosts.Select(host => hosts.StandingOf(vm, host)).OfType<VmStanding>();

    /// <summary>I/Os each VM completed since it started; on their way with it when it migrates.</summary>
    public ImmutableArray<long> Operations() =>
        [.. LastHosts.Select((host, vm) => host is { } last ? hosts.StandingOf(vm, last)?.Operations ?? 0 : 0)];

    /// <summary>What each VM used of all hosts since the measured part began.</summary>
    public ImmutableArray<ResourceUse> Uses() =>
        [.. LastHosts.Select((_, vm) => StandingsOf(vm).Aggregate(new ResourceUse(), (sum, standing) => sum + standing.Use.Use))];

    /// <summary>Name of a VM.</summary>
    public string NameOf(int vm) => scenario.Vms[vm].Name;

    /// <summary>Name of a host.</summary>
    public string HostName(int host) => Cluster.Hosts[host].Name;

    /// <summary>Something went wrong.</summary>
    public void AddProblem(string who, string what)
    {
        Problems.Add(who, what);
        hosts.Note(RunEventKind.Problem, $"{who}: {what}");
    }

    /// <summary>An event could not happen.</summary>
    public void AddMissed(string who, string what)
    {
        EventsMissed++;
        AddProblem(who, what);
    }

    /// <summary>Something happened that is worth a line.</summary>
    public void Note(string text, string? vm = null) => hosts.Note(RunEventKind.Cluster, text, vm);
}

/// <summary>How a host of a cluster stands.</summary>
internal enum HostStanding
{
    /// <summary>It was not added yet.</summary>
    Absent,

    /// <summary>It is there.</summary>
    Up,

    /// <summary>It is there and to be empty.</summary>
    Draining,

    /// <summary>It was lost.</summary>
    Lost,
}
