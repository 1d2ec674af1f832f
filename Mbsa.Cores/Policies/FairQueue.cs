using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Policies;

/// <summary>
/// Start-time fair queueing over VMs (Goyal, Vin, Cheng, SIGCOMM 1996), on core time held; inside a VM its VCPUs take turns. A VM is
/// charged a whole quantum when one is granted and corrected in arrears when it ended.
/// </summary>
internal sealed class FairQueue(HostCapacity host, long quantumNs) : RunQueue(host, quantumNs)
{
    private readonly PriorityQueue<VmAccount, VmOrder> _order = new();
    private readonly Dictionary<int, VmAccount> _accounts = [];

    /// <summary>Start tag of the quantum granted last. Whoever was away starts here: nothing is saved up while idle.</summary>
    private double _virtualTime;

    protected override void TakeOver(Plan plan, long nowNs)
    {
        foreach (var planned in plan.Vms)
        {
            AccountOf(planned.Claim.Vm).Weight = planned.Rate;
        }
    }

    protected override void Add(Schedulable schedulable, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Ready.Enqueue(schedulable);
        if (!account.IsOrdered)
        {
            Order(account, Math.Max(_virtualTime, account.StartTag + account.TakeArrears()));
        }
    }

    protected override Schedulable? Take(long nowNs, ref long budgetNs)
    {
        while (_order.TryDequeue(out var account, out var order))
        {
            account.IsOrdered = false;
            if (TakeFirst(account.Ready) is not { } next)
            {
                continue;
            }

            _virtualTime = Math.Max(_virtualTime, order.Tag);
            account.StartTag = order.Tag + QuantumNs / account.Weight + account.TakeArrears();
            if (account.Ready.Count > 0)
            {
                Order(account, account.StartTag);
            }

            return next;
        }

        return null;
    }

    protected override void Account(Schedulable schedulable, in ResourceUse use, in QuantumUse quantum, long nowNs)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Arrears += (quantum.HeldNs - QuantumNs) / account.Weight;
    }

    private void Order(VmAccount account, double startTag)
    {
        account.IsOrdered = true;
        account.StartTag = startTag;
        _order.Enqueue(account, new VmOrder(startTag, account.Vm));
    }

    private VmAccount AccountOf(int vm)
    {
        if (!_accounts.TryGetValue(vm, out var account))
        {
            _accounts[vm] = account = new VmAccount(vm);
        }

        return account;
    }

    private sealed class VmAccount(int vm)
    {
        public int Vm { get; } = vm;

        public Queue<Schedulable> Ready { get; } = new();

        public double Weight { get; set; } = 1;

        public double StartTag { get; set; }

        public double Arrears { get; set; }

        public bool IsOrdered { get; set; }

        public double TakeArrears()
        {
            var arrears = Arrears;
            Arrears = 0;
            return arrears;
        }
    }
}
