using Mbsa.Bench.Measuring;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;

namespace Mbsa.Bench.Qos;

/// <summary>One row of the table of bars in docs/QOS.md: what is measured, how good it has to be, and how it is found out.</summary>
/// <param name="Metric">What is measured.</param>
/// <param name="Bound">What it has to be.</param>
/// <param name="IsFloor">Whether the bound is the least it may be; else the most.</param>
/// <param name="Format">The figure for people.</param>
/// <param name="Measure">Finds the figure, given how a scenario runs under the policy.</param>
internal sealed record QosBar(string Metric, double Bound, bool IsFloor,
    Func<double, string> Format, Func<Func<ScenarioSpec, RunResult>, double> Measure)
{
    /// <summary>Whether a figure is good enough.</summary>
    public bool IsHeldBy(double figure) => IsFloor ? figure >= Bound : figure <= Bound;

    /// <summary>The figure that a policy reaches.</summary>
    public double Of(string policy) => Measure(scenario => Lab.Run(scenario.WithPolicy(policy)));
}
