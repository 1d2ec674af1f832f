using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Policies;

/// <summary>The VMs with a floor that have VCPUs ready, by when they are behind it if they are not served until then.</summary>
internal sealed class FloorOrder
{
    private readonly PriorityQueue<PlanAccount, VmOrder> _order = new();
    private readonly List<PlanAccount> _passedOver = [];

    /// <summary>Takes in a VM, if it has a floor and is not there already.</summary>
    public void Add(PlanAccount account)
    {
        if (account is { HasFloor: true, IsFloorOrdered: false, ReadyCount: > 0 })
        {
            Enter(account, account.BehindFloorFromNs);
        }
    }

    /// <summary>
    /// Of those who are behind their floor and not held back by their limit whoever has been so the longest and can be served; null
    /// when there is nobody. It stays.
    /// </summary>
    /// <param name="nowNs">The scenario's clock.</param>
    /// <param name="bottleneckOf">The bottleneck of the VCPU with which a VM is served; null when none can be served now.</param>
    public (PlanAccount Account, Bottleneck Bottleneck)? First(long nowNs, Func<PlanAccount, Bottleneck?> bottleneckOf)
    {
        (PlanAccount, Bottleneck)? first = null;
        while (first is null && _order.TryPeek(out var account, out var order) && order.Tag <= nowNs)
        {
            var fromNs = Math.Max(account.BehindFloorFromNs, account.MayRunFromNs);
            if (account is { HasFloor: true, ReadyCount: > 0 } && fromNs <= order.Tag)
            {
                if (bottleneckOf(account) is { } bottleneck)
                {
                    first = (account, bottleneck);
                }
                else
                {
                    _passedOver.Add(account);
                    _order.Dequeue();
                }

                continue;
            }

            _order.Dequeue();
            account.IsFloorOrdered = false;
            if (account is { HasFloor: true, ReadyCount: > 0 })
            {
                Enter(account, fromNs); // it was served meanwhile
            }
        }

        foreach (var account in _passedOver)
        {
            Enter(account, Math.Max(account.BehindFloorFromNs, account.MayRunFromNs));
        }

        _passedOver.Clear();
        return first;
    }

    private void Enter(PlanAccount account, double fromNs)
    {
        account.IsFloorOrdered = true;
        _order.Enqueue(account, new VmOrder(fromNs, account.Vm));
    }
}
