namespace Mbsa.Bench;

/// <summary>A measurement came to no figure. The message is for people.</summary>
internal sealed class BenchException(string message) : Exception(message);
