namespace Mbsa.Bench.Reporting;

/// <summary>Figures beside the budgets of the design: what was asked, what was reached, whether it holds by the median.</summary>
internal sealed class BudgetTable
{
    private readonly Table _table = new("what", "budget", "reached: median (min..max)", "holds");

    /// <summary>A figure that must not be below its budget.</summary>
    public void AtLeast(string what, double budget, Samples reached, Func<double, string> format) =>
        Add(what, $">= {format(budget)}", reached, format, value => value >= budget);

    /// <summary>A figure that must not be above its budget.</summary>
    public void AtMost(string what, double budget, Samples reached, Func<double, string> format) =>
        Add(what, $"<= {format(budget)}", reached, format, value => value <= budget);

    /// <summary>A figure that is good to know and has no budget.</summary>
    public void Note(string what, Samples reached, Func<double, string> format) => _table.Add(what, "", reached.Text(format), "");

    /// <summary>Prints the table.</summary>
    public void Print(TextWriter output) => _table.Print(output);

    private void Add(string what, string budget, Samples reached, Func<double, string> format, Func<double, bool> holds) =>
        _table.Add(what, budget, reached.Text(format), reached.IsEmpty ? "not measured" : holds(reached.Median) ? "yes" : "NO");
}
