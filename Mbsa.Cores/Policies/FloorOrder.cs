using Mbsa.Cores.Planning;

namespace Mbsa.Cores.Policies;

/// <summary>The VMs with a floor that have VCPUs ready, by when they are behind it if they are not served until then.</summary>
internal sealed class FloorOrder
{
    private readonly PriorityQueue<PlanAccount, VmOrder> _order = new();

    /// <summary>Takes in a VM, if it has a floor and is not there already.</summary>
    public void Add(PlanAccount account)
    {
        if (account is { HasFloor: true, IsFloorOrdered: false, ReadyCount: > 0 })
        {
            Enter(account, account.BehindFloorFromNs);
        }
    }

    /// <summary>Whoever has been behind its floor the longest and is not held back by its limit; null when nobody is behind. It stays.</summary>
    public PlanAccount? First(long nowNs)
    {
        while (_order.TryPeek(out var account, out var order) && order.Tag <= nowNs)
        {
            var fromNs = Math.Max(account.BehindFloorFromNs, account.MayRunFromNs);
            if (account is { HasFloor: true, ReadyCount: > 0 } && fromNs <= order.Tag)
            {
                return account;
            }

            _order.Dequeue();
            account.IsFloorOrdered = false;
            if (account is { HasFloor: true, ReadyCount: > 0 })
            {
                Enter(account, fromNs); // it was served meanwhile
            }
        }

        return null;
    }

    private void Enter(PlanAccount account, double fromNs)
    {
        account.IsFloorOrdered = true;
        _order.Enqueue(account, new VmOrder(fromNs, account.Vm));
    }
}
