namespace Mbsa.Actors.Deciding;

/// <summary>
/// Divides the hosts' links among flows, max-min fairly by progressive filling (Bertsekas, Gallager, "Data Networks", section 6.5): the
/// link on which a flow gets least is found, its flows get that, and so on with what is left. Links of all hosts are alike; what a host
/// sends does not slow down what it receives. Pure arithmetic on + - * /, in the order of the links: first what hosts send, then what they
/// receive.
/// </summary>
/// <param name="hosts">Number of hosts.</param>
internal sealed class LinkShare(int hosts)
{
    private readonly double[] _left = new double[2 * hosts];
    private readonly int[] _rising = new int[2 * hosts];
    private readonly List<int>[] _flowsOf = [.. Enumerable.Range(0, 2 * hosts).Select(_ => new List<int>())];

    /// <summary>Computes what each flow gets.</summary>
    /// <param name="flows">The hosts that send and receive.</param>
    /// <returns>For each flow the part of a link, above 0 and at most 1.</returns>
    public double[] Divide(IReadOnlyList<(int From, int To)> flows)
    {
        var parts = new double[flows.Count];
        Begin(flows);
        while (Narrowest() is { } link)
        {
            var part = _left[link] / _rising[link];
            foreach (var flow in _flowsOf[link])
            {
                if (parts[flow] == 0)
                {
                    parts[flow] = part;
                    Settle(flows[flow].From, part);
                    Settle(hosts + flows[flow].To, part);
                }
            }
        }

        return parts;
    }

    private void Begin(IReadOnlyList<(int From, int To)> flows)
    {
        Array.Fill(_left, 1);
        Array.Clear(_rising);
        Array.ForEach(_flowsOf, of => of.Clear());
        for (var flow = 0; flow < flows.Count; flow++)
        {
            foreach (var link in new[] { flows[flow].From, hosts + flows[flow].To })
            {
                _flowsOf[link].Add(flow);
                _rising[link]++;
            }
        }
    }

    private int? Narrowest()
    {
        int? narrowest = null;
        for (var link = 0; link < _left.Length; link++)
        {
            if (_rising[link] > 0 && (narrowest is not { } n || _left[link] / _rising[link] < _left[n] / _rising[n]))
            {
                narrowest = link;
            }
        }

        return narrowest;
    }

    private void Settle(int link, double part)
    {
        _left[link] -= part;
        _rising[link]--;
    }
}
