using Mbsa.Host.Wording;
using Mbsa.Model.Results;
using Mbsa.Vm;

namespace Mbsa.Host.Expectations;

/// <summary>
/// Something a scenario says must hold after the run: <c>oltp.p99 &lt;= 40us</c>, <c>oltp.bandwidth &gt;= 30% of host</c>,
/// <c>jain(writer-*) &gt;= 0.999</c>. Its names and units were checked when it was read.
/// </summary>
public sealed class Expectation
{
    /// <summary>Relative; far above what sums of ten thousand doubles lose and far below what anybody can measure.</summary>
    private const double RoundingError = 1e-12;

    private readonly Operand _left;
    private readonly Comparison _comparison;
    private readonly Operand _right;

    internal Expectation(string text, Operand left, Comparison comparison, Operand right) =>
        (Text, _left, _comparison, _right) = (text, left, comparison, right);

    /// <summary>The expectation as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an expectation.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="vmNames">The scenario's VMs; null leaves the names unchecked.</param>
    /// <param name="cluster">What else there is; null in a scenario with a single host.</param>
    /// <exception cref="InputException">It cannot be read, or names what does not exist, or compares what cannot be compared.</exception>
    public static Expectation Parse(string text, IReadOnlyCollection<string>? vmNames, ClusterNames? cluster = null) =>
        new ExpectationParser(text, vmNames, cluster).Parse();

    /// <summary>Whether it held in a run.</summary>
    public ExpectationOutcome Evaluate(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.MeasuredNs <= 0)
        {
            return new ExpectationOutcome { Text = Text, Held = false, Measured = "nothing was measured" };
        }

        if (_left.Evaluate(run) is not { } value)
        {
            return new ExpectationOutcome { Text = Text, Held = false, Measured = _left.WhyNothing(run) };
        }

        var measured = QuantityText.Format(value, _left.Dimension);
        if (_right.Evaluate(run) is not { } bound)
        {
            return new ExpectationOutcome
            {
                Text = Text,
                Held = false,
                Measured = $"{measured} against {_right.WhyNothing(run)}",
                Value = value,
            };
        }

        return new ExpectationOutcome
        {
            Text = Text,
            Held = Holds(value, bound),
            Measured = _right is LiteralOperand ? measured : $"{measured} against {QuantityText.Format(bound, _left.Dimension)}",
            Value = value,
            Bound = bound,
        };
    }

    /// <summary>
    /// Compares as if on paper: four shares of 25 % are 100 %, although the sum of the doubles may miss it in the last digit.
    /// </summary>
    private bool Holds(double value, double bound)
    {
        var isEqual = Math.Abs(value - bound) <= RoundingError * Math.Max(Math.Abs(value), Math.Abs(bound));
        return _comparison switch
        {
            Comparison.AtLeast => value > bound || isEqual,
            Comparison.AtMost => value < bound || isEqual,
            Comparison.Above => value > bound && !isEqual,
            Comparison.Below => value < bound && !isEqual,
            _ => isEqual,
        };
    }
}

/// <summary>How the two sides of an expectation are compared.</summary>
internal enum Comparison
{
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}
