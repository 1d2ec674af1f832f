namespace Mbsa.Cores.Policies;

/// <summary>
/// Where all VMs that want to run have come on average, each counted by its rate: the virtual time of a <see cref="PlanQueue"/>, in nanoseconds.
/// A VM with a ceiling is behind because of that, and must not hold the average back: those count only while there are no others.
/// </summary>
internal sealed class VirtualTime
{
    private Sum _free;
    private Sum _limited;
    private double _lastNs;

    /// <summary>The average. While nobody wants to run it stands where it was.</summary>
    public double Ns => _free.Rates > 0 ? _free.Average : _limited.Rates > 0 ? _limited.Average : _lastNs;

    /// <summary>A VM wants to run.</summary>
    public void OnJoined(PlanAccount account)
    {
        account.Competes = true;
        SumOf(account).Add(account.Rate, account.StartTag);
    }

    /// <summary>It wants nothing any more.</summary>
    public void OnLeft(PlanAccount account)
    {
        _lastNs = Ns;
        account.Competes = false;
        SumOf(account).Remove(account.Rate, account.StartTag);
    }

    /// <summary>Its start tag was another before.</summary>
    public void OnMoved(PlanAccount account, double before)
    {
        if (account.Competes)
        {
            SumOf(account).RatesTimesTags += account.Rate * (account.StartTag - before);
        }
    }

    /// <summary>Rates have changed: adds everybody up anew, and with that loses what rounding had added up to.</summary>
    public void Reset(IEnumerable<PlanAccount?> accounts)
    {
        _lastNs = Ns;
        (_free, _limited) = (default, default);
        foreach (var account in accounts)
        {
            if (account is { Competes: true })
            {
                OnJoined(account);
            }
        }
    }

    private ref Sum SumOf(PlanAccount account) => ref account.IsLimited ? ref _limited : ref _free;

    /// <summary>Some VMs added up.</summary>
    private struct Sum
    {
        public double Rates;
        public double RatesTimesTags;

        public readonly double Average => RatesTimesTags / Rates;

        public void Add(double rate, double tag)
        {
            Rates += rate;
            RatesTimesTags += rate * tag;
        }

        public void Remove(double rate, double tag)
        {
            Rates -= rate;
            RatesTimesTags -= rate * tag;
            if (Rates < rate * 1e-9)
            {
                this = default;
            }
        }
    }
}
