using System.Collections.Immutable;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>What <c>events</c> holds, each part in order of time.</summary>
/// <param name="OfVms">What happens to VMs.</param>
/// <param name="PowerFailures">When the only host loses its power.</param>
/// <param name="OfHosts">What happens to one of several hosts.</param>
internal readonly record struct EventList(ImmutableArray<ScenarioEvent> OfVms,
    ImmutableArray<PowerFailure> PowerFailures, ImmutableArray<HostEvent> OfHosts);
