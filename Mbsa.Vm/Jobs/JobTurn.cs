namespace Mbsa.Vm.Jobs;

/// <summary>The place of one clone of a job in the order of its VM's jobs.</summary>
/// <param name="order">The order.</param>
/// <param name="place">Its place, from 0.</param>
public sealed class JobTurn(JobOrder order, int place)
{
    /// <summary>The order of all jobs of the VM.</summary>
    public JobOrder Order { get; } = order;

    /// <summary>When its start delay is over, on the scenario's clock: it counts from the start of the VM, not from its turn.</summary>
    public long DueNs => Order.DueNsOf(place);

    /// <summary>When it was let go, on the scenario's clock; null while it waits.</summary>
    public long? StartNs => Order.StartNsOf(place);

    /// <summary>Whether it has nothing more to do: it ended, or was ended with another.</summary>
    public bool IsOver => Order.IsOver(place);

    /// <summary>It came to its end by itself: those who waited for it may begin.</summary>
    public void End(long nowNs) => Order.End(place, nowNs);

    /// <summary>Says how the VCPU it is on is woken when it may begin, or is ended; the argument is the time.</summary>
    public void WakeBy(Action<long> wake) => Order.WakeBy(place, wake);
}
