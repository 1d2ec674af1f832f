namespace Mbsa.Host.Expectations;

/// <summary>What became of an expectation.</summary>
public sealed record ExpectationOutcome
{
    /// <summary>The expectation as it was written.</summary>
    public required string Text { get; init; }

    /// <summary>It held. One about something that has no data did not.</summary>
    public required bool Held { get; init; }

    /// <summary>What was measured, for people: "38.2us", "2.31GB/s against 1.87GB/s", "no I/O".</summary>
    public required string Measured { get; init; }

    /// <summary>The left side in base units (nanoseconds, bytes, per second, fractions); null without data.</summary>
    public double? Value { get; init; }

    /// <summary>What it was compared with, in the same unit; null without data.</summary>
    public double? Bound { get; init; }
}
