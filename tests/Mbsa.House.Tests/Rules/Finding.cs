namespace Mbsa.House.Tests.Rules;

/// <summary>One place that breaks a rule.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Wrong">What is wrong there.</param>
/// <param name="Right">What would be right.</param>
internal sealed record Finding(string Path, int Line, string Wrong, string Right)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}:{Line}: {Wrong}; {Right}";
}
