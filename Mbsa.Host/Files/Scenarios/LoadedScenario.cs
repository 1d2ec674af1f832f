using System.Collections.Immutable;
using Mbsa.Host.Expectations;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>A scenario file that was found right.</summary>
public sealed record LoadedScenario
{
    /// <summary>What to run.</summary>
    public required ScenarioSpec Spec { get; init; }

    /// <summary>What must hold afterwards, in the order of the file.</summary>
    public ImmutableArray<Expectation> Expectations { get; init; } = [];

    /// <summary>What is allowed and probably not meant: complete lines, with the file and line they are about.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>What is to be said about a scenario file that is not run.</summary>
/// <param name="Errors">Everything that is wrong, as "file:line: message", in the order of the lines; at most 100.</param>
/// <param name="Warnings">Everything that is doubtful, in the same form.</param>
public sealed record ScenarioCheck(ImmutableArray<string> Errors, ImmutableArray<string> Warnings)
{
    /// <summary>The scenario can be run.</summary>
    public bool IsRight => Errors.IsEmpty;
}
