namespace Mbsa.Cores.Policies;

/// <summary>
/// Where all VMs that want to run have come on average, each counted by its rate: the virtual time of a <see cref="PlanQueue"/>, in
/// nanoseconds. Some are not in line with the rest for a reason of their own and do not count: one that is far ahead had what nobody
/// else could use, one that is far behind wants more than its VCPUs can have, one with a ceiling is behind because of that. With every
/// plan the line is drawn anew, where most of the rates are.
/// </summary>
internal sealed class VirtualTime
{
    private readonly List<PlanAccount> _free = [];
    private Sum _inLine;
    private Sum _outOfLine;
    private Sum _limited;
    private double _lastNs;
    private int _freeCount;
    private int _movesSinceDrawn;

    /// <summary>The average. While nobody wants to run it stands where it was.</summary>
    public double Ns =>
        _inLine.Rates > 0 ? _inLine.Average
        : _outOfLine.Rates > 0 ? _outOfLine.Average
        : _limited.Rates > 0 ? _limited.Average
        : _lastNs;

    /// <summary>A VM wants to run.</summary>
    public void OnJoined(PlanAccount account)
    {
        account.Competes = true;
        List(account);
        _freeCount += account.IsLimited ? 0 : 1;
        Enter(account, Ns);
        Redraw();
    }

    /// <summary>It wants nothing any more.</summary>
    public void OnLeft(PlanAccount account)
    {
        _lastNs = Ns;
        account.Competes = false;
        _freeCount -= account.IsLimited ? 0 : 1;
        SumOf(account).Remove(account.Rate, account.StartTag);
        Redraw();
    }

    /// <summary>Its start tag was another before.</summary>
    public void OnMoved(PlanAccount account, double before)
    {
        if (account.Competes)
        {
            SumOf(account).Remove(account.Rate, before);
            Enter(account, Ns);
            Redraw();
        }
    }

    /// <summary>Rates have changed: adds everybody up anew, and with that loses what rounding had added up to.</summary>
    public void Reset(IEnumerable<PlanAccount?> accounts)
    {
        _lastNs = Ns;
        _limited = default;
        foreach (var account in _free)
        {
            account.IsListed = false;
        }

        _free.Clear();
        foreach (var account in accounts)
        {
            if (account is { Competes: true })
            {
                List(account);
                if (account.IsLimited)
                {
                    Enter(account, _lastNs);
                }
            }
        }

        Draw();
    }

    /// <summary>Draws the line anew when most of the rates are not in it, but not more often than there are VMs.</summary>
    private void Redraw()
    {
        if (++_movesSinceDrawn >= _freeCount && _outOfLine.Rates > _inLine.Rates)
        {
            Draw();
        }
    }

    private void Draw()
    {
        _movesSinceDrawn = 0;
        foreach (var account in _free)
        {
            account.IsListed = account.Competes;
        }

        _free.RemoveAll(account => !account.IsListed);
        _freeCount = _free.Count;
        (_inLine, _outOfLine) = (default, default);
        var middleNs = MiddleNs();
        foreach (var account in _free)
        {
            Enter(account, middleNs);
        }
    }

    /// <summary>Those without a ceiling are listed; who leaves stays on the list until the line is drawn.</summary>
    private void List(PlanAccount account)
    {
        if (account is { IsLimited: false, IsListed: false })
        {
            account.IsListed = true;
            _free.Add(account);
        }
    }

    /// <summary>The start tag before and behind which there is half of the rates of all without a ceiling.</summary>
    private double MiddleNs()
    {
        _free.Sort((a, b) => (a.StartTag, a.Vm).CompareTo((b.StartTag, b.Vm)));
        var (half, sum) = (_free.Sum(account => account.Rate) / 2, 0.0);
        return _free.FirstOrDefault(account => (sum += account.Rate) >= half)?.StartTag ?? _lastNs;
    }

    private void Enter(PlanAccount account, double lineNs)
    {
        var aheadNs = account.StartTag - lineNs;
        account.IsInLine = aheadNs <= account.LineNs && (aheadNs >= -account.LineNs || account.ReadyCount > 0);
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
