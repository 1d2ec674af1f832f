using System.Collections.Immutable;
using Mbsa.Host.Expectations;
using Mbsa.Model.Results;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Report.Html;

/// <summary>All that a page can tell of a run that is over.</summary>
/// <param name="Result">What was measured.</param>
/// <param name="Expectations">What was expected, and what became of it.</param>
/// <param name="Series">The run as a time series, warm-up included; empty when none was kept.</param>
/// <param name="Wear">The device as it was at the end.</param>
/// <param name="Events">What happened, in order.</param>
internal sealed record RunRecord(
    RunResult Result, IReadOnlyList<ExpectationOutcome> Expectations, ImmutableList<SeriesPoint> Series, DeviceWear Wear,
    ImmutableArray<RunEvent> Events);
