namespace Mbsa.Cores.Policies;

/// <summary>Where all VMs that want to run have come on average, each counted by its rate: the virtual time of a <see cref="PlanQueue"/>, in nanoseconds.</summary>
internal sealed class VirtualTime
{
    private double _rates;
    private double _ratesTimesTags;
    private double _lastNs;

    /// <summary>The average. While nobody wants to run it stands where it was.</summary>
    public double Ns => _rates > 0 ? _ratesTimesTags / _rates : _lastNs;

    /// <summary>A VM wants to run.</summary>
    public void OnJoined(PlanAccount account)
    {
        account.Competes = true;
        _rates += account.Rate;
        _ratesTimesTags += account.Rate * account.StartTag;
    }

    /// <summary>It wants nothing any more.</summary>
    public void OnLeft(PlanAccount account)
    {
        _lastNs = Ns;
        account.Competes = false;
        _rates -= account.Rate;
        _ratesTimesTags -= account.Rate * account.StartTag;
        if (_rates < account.Rate * 1e-9)
        {
            (_rates, _ratesTimesTags) = (0, 0);
        }
    }

    /// <summary>Its start tag was another before.</summary>
    public void OnMoved(PlanAccount account, double before)
    {
        if (account.Competes)
        {
            _ratesTimesTags += account.Rate * (account.StartTag - before);
        }
    }

    /// <summary>Rates have changed: adds everybody up anew, and with that loses what rounding had added up to.</summary>
    public void Reset(IEnumerable<PlanAccount?> accounts)
    {
        _lastNs = Ns;
        (_rates, _ratesTimesTags) = (0, 0);
        foreach (var account in accounts)
        {
            if (account is { Competes: true })
            {
                OnJoined(account);
            }
        }
    }
}
