namespace Mbsa.Host.Reproduction;

/// <summary>A parameter of the profile that was fitted to the paper.</summary>
/// <param name="Name">What it is, and the key of the profile that has it.</param>
/// <param name="Value">Its value with its unit.</param>
/// <param name="FittedTo">The number or numbers of the paper it was fitted to.</param>
internal sealed record FreeParameter(string Name, string Value, string FittedTo);
