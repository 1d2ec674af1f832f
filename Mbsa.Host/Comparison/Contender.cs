using Mbsa.Host.Expectations;
using Mbsa.Model.Results;

namespace Mbsa.Host.Comparison;

/// <summary>One of several ways to run a scenario, and what came of it.</summary>
/// <param name="Name">The policy or path.</param>
/// <param name="Result">What was measured.</param>
/// <param name="Expectations">What was expected of it, and what became of that.</param>
internal sealed record Contender(string Name, RunResult Result, IReadOnlyList<ExpectationOutcome> Expectations);
