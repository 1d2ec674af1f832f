namespace Mbsa.Model.Results;

/// <summary>The run came to no result. The message is for people.</summary>
public sealed class ScenarioFailedException(string message) : Exception(message);
