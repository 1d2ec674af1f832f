using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>A rule of the house.</summary>
internal interface IRule
{
    /// <summary>Finds what breaks it.</summary>
    /// <param name="sources">The files, all of them: some rules are about how they go together.</param>
    IEnumerable<Finding> Check(IReadOnlyList<Source> sources);
}
