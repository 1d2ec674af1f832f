namespace Mbsa.Vm.Workload.Random;

/// <summary>
/// Zipf's law over n ranks, exactly: rank k (from 0) is drawn in proportion to (k + 1)^-theta.
/// An alias table (Walker 1977, Vose 1991) chooses one of 1024 cells: the 512 hottest ranks have one each,
/// and the rest is cut into at most 512 segments of geometrically growing width. Inside a segment a rank is drawn uniformly and taken
/// with the probability that makes up for the slope, and since a segment is at most a few percent long almost every one is taken at once.
/// So a draw needs no power, memory is constant (about 28 KiB), and the time to build it does not grow with n.
/// </summary>
public sealed class ZipfRanks
{
    private const int CellBits = 10;
    private const int Cells = 1 << CellBits;
    private const int HeadRanks = Cells / 2;
    private const double TwoTo53 = 9007199254740992.0;

    private readonly AliasTable _cells;
    private readonly long[] _firstRanks;
    private readonly ulong[] _widths;
    private readonly ulong[] _takenAtOnce;
    private readonly double _theta;

    /// <summary>Builds the table.</summary>
    /// <param name="count">Number of ranks, from 1 to 2^52.</param>
    /// <param name="theta">The exponent, above 0; unlike fio's approximation this one allows 1 too.</param>
    public ZipfRanks(long count, double theta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 52);
        if (!(theta > 0) || double.IsInfinity(theta))
        {
            throw new ArgumentOutOfRangeException(nameof(theta), theta, "must be above 0");
        }

        _theta = theta;
        var masses = new double[Cells];
        var head = (int)Math.Min(count, HeadRanks);
        for (var rank = 0; rank < head; rank++)
        {
            masses[rank] = DeterministicMath.Pow(rank + 1, -theta);
        }

        _firstRanks = new long[Cells - HeadRanks];
        _widths = new ulong[Cells - HeadRanks];
        _takenAtOnce = new ulong[Cells - HeadRanks];
        CutTail(count, masses);
        _cells = new AliasTable(masses);
    }

    /// <summary>Draws a rank, from 0.</summary>
    public long Next(ref Xoshiro256 random)
    {
        var cell = _cells.Next(random.Next());
        return cell < HeadRanks ? cell : InSegment(cell - HeadRanks, ref random);
    }

    private long InSegment(int segment, ref Xoshiro256 random)
    {
        var first = _firstRanks[segment];
        while (true)
        {
            // The high half of the product is the place in the segment; the low half is as good as another random number.
            var rank = first + (long)Math.BigMul(random.Next(), _widths[segment], out var fraction);
            if (fraction < _takenAtOnce[segment]
                || (long)(fraction >> 11) * (1 / TwoTo53) < DeterministicMath.Pow((rank + 1) / (double)(first + 1), -_theta))
            {
                return rank;
            }
        }
    }

    private void CutTail(long count, double[] masses)
    {
        var segments = _firstRanks.Length;
        var ratio = DeterministicMath.Pow(count / (double)HeadRanks, 1.0 / segments);
        var first = (long)HeadRanks;
        for (var segment = 0; first < count; segment++)
        {
            var end = segment == segments - 1 ? count : Math.Min(count, (long)Math.Ceiling(first * ratio));
            end = Math.Max(end, first + 1);
            _firstRanks[segment] = first;
            _widths[segment] = (ulong)(end - first);
            var min = DeterministicMath.Pow(end / (double)(first + 1), -_theta);
            _takenAtOnce[segment] = min >= 1 ? ulong.MaxValue : (ulong)(long)(min * (1 - 1e-12) * TwoTo53) << 11;
            masses[HeadRanks + segment] = SegmentMass(first + 1, end);
            first = end;
        }
    }

    // Sum of k^-theta for k from first to last by the Euler-Maclaurin formula around midpoints, integral - (f'(b) - f'(a)) / 24, with the
    // integral by Gauss and Legendre in five points: both are off by less than 1e-11 of the sum here, where a segment is one rank or a
    // few percent long and begins above 512. It has no difference of large numbers in it, whatever theta.
    private double SegmentMass(long first, long last)
    {
        double a = first - 0.5, b = last + 0.5;
        var slopes = -_theta * (DeterministicMath.Pow(b, -_theta - 1) - DeterministicMath.Pow(a, -_theta - 1));
        return Integral(a, b) - (slopes / 24);
    }

    private double Integral(double a, double b)
    {
        // Abramowitz and Stegun, "Handbook of mathematical functions", table 25.4, n = 5.
        const double Node1 = 0.538469310105683091, Node2 = 0.906179845938663993;
        const double Weight0 = 0.568888888888888889, Weight1 = 0.478628670499366468, Weight2 = 0.236926885056189088;
        double middle = (a + b) / 2, half = (b - a) / 2;
        double At(double node) => DeterministicMath.Pow(middle + (half * node), -_theta);
        return half * ((Weight0 * At(0)) + (Weight1 * (At(Node1) + At(-Node1))) + (Weight2 * (At(Node2) + At(-Node2))));
    }
}
