using System.Collections.Immutable;
using Mbsa.Actors.Scenarios;

namespace Mbsa.Host.Scenarios;

/// <summary>What <c>events</c> holds, each part in order of time.</summary>
/// <param name="OfVms">What happens to VMs.</param>
/// <param name="PowerFailures">When the host loses its power.</param>
internal readonly record struct EventList(ImmutableArray<ScenarioEvent> OfVms, ImmutableArray<PowerFailure> PowerFailures);
