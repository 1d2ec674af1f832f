namespace Mbsa.Vm.Workload;

/// <summary>
/// Every option a job can have, for fio job files and inline workloads alike:
/// what it does, or why it may be ignored, or that it is not supported.
/// </summary>
public static class JobOptions
{
    /// <summary>Names of the options that do something, <c>cpu</c> and <c>jitter</c> of inline workloads among them.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. JobOptionTable.Setters.Keys.Order(StringComparer.Ordinal)];

    /// <summary>
    /// Reads an inline workload. It differs from a fio job in four things: it is time-based unless <c>io_size</c>, <c>loops</c> or
    /// <c>time_based: 0</c> ask for an end; <c>cpu: N%</c> makes a compute job; <c>jitter: N%</c> says how much its cycles differ;
    /// and sizes are binary whatever the spelling (4k, 4kib).
    /// </summary>
    /// <param name="name">The job's name.</param>
    /// <param name="options">The keys in order, each once.</param>
    /// <param name="warn">Takes one line for each option that is ignored.</param>
    /// <exception cref="InputException">An option is not known or its value is wrong.</exception>
    public static JobSpec Inline(string name, IEnumerable<JobOption> options, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(options);
        var draft = new JobDraft(name, isInline: true, warn);
        foreach (var option in options)
        {
            draft.Set(option);
        }

        return draft.Build();
    }

    /// <summary>What an inline workload is before any option is set: fio's defaults, and time-based.</summary>
    public static JobSpec InlineDefaults(string name) => new JobDraft(name, isInline: true, _ => { }).Build();
}
