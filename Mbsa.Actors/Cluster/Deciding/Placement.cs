using System.Collections.Immutable;
using Mbsa.Actors.Scenarios;

namespace Mbsa.Actors.Cluster.Deciding;

/// <summary>Chooses hosts for VMs by what is reserved on each, and keeps account of it. Not thread-safe.</summary>
internal sealed class Placement
{
    public Placement(ScenarioSpec scenario) => throw new NotImplementedException();

    /// <summary>What a VM is promised now.</summary>
    public QosSpec QosOf(int vm) => throw new NotImplementedException();

    /// <summary>The host for a VM, by the scenario's rule and where the VM is pinned; or why there is none. Changes nothing.</summary>
    public PlacementChoice Choose(int vm, Func<int, bool> mayTake) => throw new NotImplementedException();

    /// <summary>Why a host has no room for a VM; null when it has.</summary>
    public string? WhyNot(int vm, int host) => throw new NotImplementedException();

    /// <summary>A VM takes room on a host; one that moves holds room on both.</summary>
    public void Put(int vm, int host) => throw new NotImplementedException();

    /// <summary>A VM gives its room on a host back.</summary>
    public void Take(int vm, int host) => throw new NotImplementedException();

    /// <summary>A VM has other promises, wherever it is: the host has admitted them, or it runs as best effort.</summary>
    public void Change(int vm, QosSpec qos) => throw new NotImplementedException();

    /// <summary>The order in which VMs that start at one moment are placed.</summary>
    public ImmutableArray<int> Order(IEnumerable<int> vms) => throw new NotImplementedException();

    /// <summary>Where the VMs of a host go that is drained, in the order in which they move. Each is put on its target, as one that moves.</summary>
    public ImmutableArray<(int Vm, PlacementChoice Choice)> Drain(int host, IEnumerable<int> vms, Func<int, bool> mayTake) => throw new NotImplementedException();
}
