namespace Mbsa.Host.Tests.Serving;

/// <summary>Waits for a line that begins so.</summary>
internal sealed class LineWatcher(string beginning) : StringWriter
{
    private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<string> Line => _line.Task;

    public override Task WriteLineAsync(string? value)
    {
        if (value?.StartsWith(beginning, StringComparison.Ordinal) == true)
        {
            _line.TrySetResult(value);
        }

        return base.WriteLineAsync(value);
    }
}
