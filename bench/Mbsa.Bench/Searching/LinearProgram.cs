namespace Mbsa.Bench.Searching;

/// <summary>
/// A linear program: maximise the value of columns, each at least 0, within rows that are at most their right-hand sides;
/// by the simplex method on a dense tableau, in two phases (Dantzig, 1951). Small: tens of rows, thousands of columns.
/// </summary>
internal sealed class LinearProgram
{
    /// <summary>What is less than this is 0.</summary>
    private const double Nothing = 1e-10;

    /// <summary>Steps after which the first column that gains is taken, not the one that gains most: so it ends (Bland, 1977).</summary>
    private const int StepsByGain = 500;

    private const int MostSteps = 5000;

    private readonly int _columns;
    private readonly double[][] _rows;
    private readonly int[] _basis;

    private LinearProgram(IReadOnlyList<double[]> columns, double[] atMost)
    {
        _columns = columns.Count;
        _rows = new double[atMost.Length][];
        _basis = new int[atMost.Length];
        for (var row = 0; row < atMost.Length; row++)
        {
            // Columns, slacks, artificial columns, right-hand side;
            // a row with a negative side is turned around and begins with its artificial column.
            var sign = atMost[row] < 0 ? -1 : 1;
            var cells = new double[_columns + 2 * atMost.Length + 1];
            for (var column = 0; column < _columns; column++)
            {
                cells[column] = sign * columns[column][row];
            }

            (cells[_columns + row], cells[^1]) = (sign, sign * atMost[row]);
            _basis[row] = sign > 0 ? _columns + row : _columns + atMost.Length + row;
            cells[_columns + atMost.Length + row] = 1;
            _rows[row] = cells;
        }
    }

    /// <summary>Solves a program.</summary>
    /// <param name="columns">The cells of each column, one for each row.</param>
    /// <param name="value">The value of each column.</param>
    /// <param name="atMost">The right-hand side of each row.</param>
    /// <returns>How much of each column, and what one more of each right-hand side would be worth;
    /// null when nothing satisfies all rows.</returns>
    /// <exception cref="BenchException">There is no end to the value, or to the search for it.</exception>
    public static (double[] Columns, double[] Prices)? Solve(IReadOnlyList<double[]> columns, double[] value, double[] atMost)
    {
        var program = new LinearProgram(columns, atMost);
        var slacks = columns.Count + atMost.Length;
        var artificial = new double[slacks + atMost.Length];
        Array.Fill(artificial, -1, slacks, atMost.Length);
        program.Climb(artificial, artificial.Length);
        if (program._basis.Select((column, row) => column >= slacks ? program._rows[row][^1] : 0).Sum() > 1e-7)
        {
            return null;
        }

        var gains = program.Climb([.. value, .. new double[2 * atMost.Length]], slacks);
        var solution = new double[columns.Count];
        for (var row = 0; row < atMost.Length; row++)
        {
            if (program._basis[row] < columns.Count)
            {
                solution[program._basis[row]] = program._rows[row][^1];
            }
        }

        return (solution, [.. Enumerable.Range(columns.Count, atMost.Length).Select(slack => -gains[slack])]);
    }

    /// <summary>Goes from corner to corner as long as something gains.</summary>
    /// <param name="value">The value of each column, slack and artificial column.</param>
    /// <param name="usable">Those before this one may be used.</param>
    /// <returns>What one more of each would gain at the end.</returns>
    private double[] Climb(double[] value, int usable)
    {
        double[] gains = [.. value];
        for (var row = 0; row < _rows.Length; row++)
        {
            Add(gains, _rows[row], -value[_basis[row]]);
        }

        for (var step = 0; step < MostSteps; step++)
        {
            if (Entering(gains, usable, byGain: step < StepsByGain) is not { } column)
            {
                return gains;
            }

            if (Leaving(column) is not { } leaving)
            {
                throw new BenchException("the linear program has no end");
            }

            Pivot(leaving, column);
            Add(gains, _rows[leaving], -gains[column]);
        }

        throw new BenchException("the linear program did not come to an end");
    }

    private static int? Entering(double[] gains, int usable, bool byGain)
    {
        int? best = null;
        for (var column = 0; column < usable; column++)
        {
            if (gains[column] > Nothing && (best is null || (byGain && gains[column] > gains[best.Value])))
            {
                best = column;
            }
        }

        return best;
    }

    private int? Leaving(int column)
    {
        int? leaving = null;
        for (var row = 0; row < _rows.Length; row++)
        {
            if (_rows[row][column] > Nothing)
            {
                var (limit, other) = (_rows[row][^1] / _rows[row][column],
                    leaving is { } l ? _rows[l][^1] / _rows[l][column] : double.PositiveInfinity);
                leaving = limit < other || (limit == other && _basis[row] < _basis[leaving!.Value]) ? row : leaving;
            }
        }

        return leaving;
    }

    private void Pivot(int leaving, int column)
    {
        var pivot = _rows[leaving];
        var factor = 1 / pivot[column];
        for (var i = 0; i < pivot.Length; i++)
        {
            pivot[i] *= factor;
        }

        for (var row = 0; row < _rows.Length; row++)
        {
            if (row != leaving)
            {
                Add(_rows[row], pivot, -_rows[row][column]);
            }
        }

        _basis[leaving] = column;
    }

    private static void Add(double[] to, double[] row, double factor)
    {
        if (factor != 0)
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] += row[i] * factor;
            }
        }
    }
}
