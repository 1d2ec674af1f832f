using Mbsa.Actors.Cores;

namespace Mbsa.Actors.Qos;

/// <summary>
/// Start-time fair queueing over VMs (Goyal, Vin, Cheng, SIGCOMM 1996), on core time held; inside a VM its VCPUs take turns. A VM is
/// charged a whole quantum when one is granted and corrected in arrears when it ended.
/// </summary>
internal sealed class FairQueue(long quantumNs) : RunQueue
{
    private readonly PriorityQueue<Account, StartTag> _order = new();
    private readonly Dictionary<int, Account> _accounts = [];

    /// <summary>Start tag of the quantum granted last. Whoever was away starts here: nothing is saved up while idle.</summary>
    private double _virtualTime;

    public override void Enqueue(Schedulable schedulable)
    {
        var account = AccountOf(schedulable.Id.Vm);
        account.Ready.Enqueue(schedulable);
        if (!account.IsOrdered)
        {
            Order(account, Math.Max(_virtualTime, account.StartTag + account.TakeArrears()));
        }
    }

    public override Schedulable? Dequeue()
    {
        while (_order.TryDequeue(out var account, out var tag))
        {
            account.IsOrdered = false;
            if (account.NextReady() is not { } next)
            {
                continue;
            }

            _virtualTime = Math.Max(_virtualTime, tag.Value);
            account.StartTag = tag.Value + quantumNs / account.Weight + account.TakeArrears();
            if (account.Ready.Count > 0)
            {
                Order(account, account.StartTag);
            }

            return next;
        }

        return null;
    }

    public override void Charge(SchedulableId id, in QuantumUse use)
    {
        var account = AccountOf(id.Vm);
        account.Arrears += (use.HeldNs - quantumNs) / account.Weight;
    }

    public override void Apply(Plan plan)
    {
        foreach (var (vm, weight) in plan.Weights)
        {
            AccountOf(vm).Weight = weight;
        }
    }

    private void Order(Account account, double startTag)
    {
        account.IsOrdered = true;
        account.StartTag = startTag;
        _order.Enqueue(account, new StartTag(startTag, account.Vm));
    }

    private Account AccountOf(int vm)
    {
        if (!_accounts.TryGetValue(vm, out var account))
        {
            _accounts[vm] = account = new Account(vm);
        }

        return account;
    }

    private readonly record struct StartTag(double Value, int Vm) : IComparable<StartTag>
    {
        public int CompareTo(StartTag other) => Value != other.Value ? Value.CompareTo(other.Value) : Vm.CompareTo(other.Vm);
    }

    private sealed class Account(int vm)
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

        public Schedulable? NextReady()
        {
            while (Ready.TryDequeue(out var next))
            {
                if (!next.IsRetired)
                {
                    return next;
                }
            }

            return null;
        }
    }
}
