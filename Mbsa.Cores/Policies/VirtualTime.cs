namespace Mbsa.Cores.Policies;

/// <summary>
/// Where all VMs that want to run have come on average, each counted by its rate: the virtual time of a <see cref="PlanQueue"/>, in
/// nanoseconds. Some are not in line with the rest for a reason of their own and do not count: one that is far ahead had what nobody
/// else could use, one that is far behind and that others do not keep waiting cannot use more, one with a ceiling is behind because of
/// that. With every plan the line is drawn anew, where most of the rates are.
/// </summary>
/// <param name="accounts">All VMs, by their place in the scenario; null for those that never ran. Grows while it is used.</param>
internal sealed class VirtualTime(IReadOnlyList<PlanAccount?> accounts)
{
    private readonly List<PlanAccount> _free = [];
    private Sum _inLine;
    private Sum _outOfLine;
    private Sum _limited;
    private double _lastNs;
    private int _freeCount;
    private int _retaggedSinceDrawn;

    /// <summary>The average. While nobody wants to run it stands where it was.</summary>
    public double Ns =>
        _inLine.Rates > 0 ? _inLine.Average
        : _outOfLine.Rates > 0 ? _outOfLine.Average
        : _limited.Rates > 0 ? _limited.Average
        : _lastNs;

    /// <summary>A VM wants to run.</summary>
    public void OnJoined(PlanAccount account, long nowNs)
    {
        account.Competes = true;
        _freeCount += account.IsLimited ? 0 : 1;
        Enter(account, Ns, nowNs);
        Redraw(nowNs);
    }

    /// <summary>It wants nothing any more.</summary>
    public void OnLeft(PlanAccount account, long nowNs)
    {
        _lastNs = Ns;
        account.Competes = false;
        _freeCount -= account.IsLimited ? 0 : 1;
        SumOf(account).Remove(account.Rate, account.StartTag);
        Redraw(nowNs);
    }

    /// <summary>Its start tag was another before.</summary>
    public void OnRetagged(PlanAccount account, double before, long nowNs)
    {
        if (account.Competes)
        {
            SumOf(account).Remove(account.Rate, before);
            Enter(account, Ns, nowNs);
            Redraw(nowNs);
        }
    }

    /// <summary>Rates have changed: adds everybody up anew, and with that loses what rounding had added up to.</summary>
    public void Reset(long nowNs)
    {
        _lastNs = Ns;
        Draw(nowNs);
    }

    /// <summary>Draws the line anew when most of the rates are not in it, but not more often than there are VMs.</summary>
    private void Redraw(long nowNs)
    {
        if (++_retaggedSinceDrawn >= _freeCount && _outOfLine.Rates > _inLine.Rates)
        {
            Draw(nowNs);
        }
    }

    private void Draw(long nowNs)
    {
        _free.Clear();
        (_inLine, _outOfLine, _limited) = (default, default, default);
        foreach (var account in accounts)
        {
            if (account is { Competes: true, IsLimited: true })
            {
                Enter(account, _lastNs, nowNs);
            }
            else if (account is { Competes: true })
            {
                _free.Add(account);
            }
        }

        (_freeCount, _retaggedSinceDrawn) = (_free.Count, 0);
        var middleNs = MiddleNs();
        foreach (var account in _free)
        {
            Enter(account, middleNs, nowNs);
        }
    }

    /// <summary>The start tag before and behind which there is half of the rates of all without a ceiling.</summary>
    private double MiddleNs()
    {
        _free.Sort((a, b) => (a.StartTag, a.Vm).CompareTo((b.StartTag, b.Vm)));
        var (half, sum) = (_free.Sum(account => account.Rate) / 2, 0.0);
        return _free.FirstOrDefault(account => (sum += account.Rate) >= half)?.StartTag ?? _lastNs;
    }

    private void Enter(PlanAccount account, double lineNs, long nowNs)
    {
        var aheadNs = account.StartTag - lineNs;
        account.IsInLine = aheadNs <= account.LineNs && (aheadNs >= -account.LineNs || account.IsKeptWaiting(nowNs));
        SumOf(account).Add(account.Rate, account.StartTag);
    }

    private ref Sum SumOf(PlanAccount account) =>
        ref account.IsLimited ? ref _limited : ref account.IsInLine ? ref _inLine : ref _outOfLine;

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
