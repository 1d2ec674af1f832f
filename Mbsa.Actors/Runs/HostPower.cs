using System.Collections.Immutable;
using Akka.Actor;
using Mbsa.Actors.Vms;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Runs;

/// <summary>The switch of the host's power, and the record of its failures. Used while time stands still.</summary>
/// <param name="host">The host actor.</param>
/// <param name="hostLost">The host is gone.</param>
internal sealed class HostPower(IActorRef host, CancellationToken hostLost)
{
    private readonly List<PowerFailureResult> _failures = [];

    /// <summary>Whether the host has power.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>Every failure so far.</summary>
    public ImmutableArray<PowerFailureResult> Failures => [.. _failures];

    /// <summary>The power fails: when this is done no VM runs, and nothing is left but what is on the NVM.</summary>
    public async Task FailAsync(PowerFailure failure)
    {
        IsOn = false;
        _failures.Add(new PowerFailureResult(failure.AtNs, failure.OutageNs));
        await host.Ask<Done>(LosePower.Instance, Timeout.InfiniteTimeSpan, hostLost);
    }

    /// <summary>The power comes back: when this is done the VMs that ran have their disks and compete for cores.</summary>
    /// <exception cref="ScenarioFailedException">The NVM device cannot be mounted.</exception>
    public async Task ReturnAsync()
    {
        var back = await host.Ask<PowerIsBack>(RestorePower.Instance, Timeout.InfiniteTimeSpan, hostLost);
        IsOn = true;
        _failures[^1] = _failures[^1] with { VmsBack = back.Vms, DisksRecovered = back.DisksRecovered, RecordsRecovered = back.RecordsRecovered };
    }
}
