namespace Mbsa.Vm.Workload;

/// <summary>
/// A fio job file: sections of options; [global] sections hold for the jobs below them, a later one adds to an earlier one;
/// ; and # begin a comment anywhere in a line; a bare key is true; <c>include</c> brings in the options of another file;
/// ${NAME} is an environment variable.
/// </summary>
public static class FioJobFile
{
    /// <summary>Reads the jobs of a file in order.</summary>
    /// <param name="path">The file; includes are relative to the file they stand in.</param>
    /// <param name="warn">Takes one line for each option that is ignored.</param>
    /// <exception cref="InputException">Anything in it is wrong or not supported.</exception>
    public static IReadOnlyList<JobSpec> Read(string path, Action<string> warn) => Read(path, warn, mistake => throw mistake);

    /// <summary>Reads the jobs of a file in order, and finds everything that is wrong.</summary>
    /// <param name="path">The file; includes are relative to the file they stand in.</param>
    /// <param name="warn">Takes one line for each option that is ignored.</param>
    /// <param name="wrong">Takes each mistake; what is wrong is left out.</param>
    /// <exception cref="InputException">There is no such file, or nothing in it makes sense.</exception>
    public static IReadOnlyList<JobSpec> Read(string path, Action<string> warn, Action<InputException> wrong) =>
        Read(path, warn, wrong, Environment.GetEnvironmentVariable);

    /// <summary>The same with an environment of one's own; the first mistake is thrown.</summary>
    internal static IReadOnlyList<JobSpec> Read(string path, Action<string> warn, Func<string, string?> environment) =>
        Read(path, warn, mistake => throw mistake, environment);

    private static List<JobSpec> Read(
        string path, Action<string> warn, Action<InputException> wrong, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(warn);
        var said = new HashSet<string>(StringComparer.Ordinal);
        void WarnOnce(string line)
        {
            // What stands in a [global] section can come up with every job below it.
            if (said.Add(line))
            {
                warn(line);
            }
        }

        var globals = new JobDraft("global", isInline: false, WarnOnce);
        var jobs = new List<JobSpec>();
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var sections = FioSections.Read(path, WarnOnce, wrong, environment);
        foreach (var section in sections)
        {
            var draft = section.IsGlobal ? globals : globals.Clone(section.Name);
            foreach (var option in section.Options.OrderBy(option => option.Key == "kb_base" ? 0 : 1))
            {
                Try(() => draft.Set(option), wrong);
            }

            if (!section.IsGlobal)
            {
                Try(() => jobs.Add(Named(draft.Build(), names, section, WarnOnce)), wrong);
            }
        }

        return sections.Any(section => !section.IsGlobal) ? jobs
            : throw new InputException(path, 0, "no job in it: a job is a section, [name] and options below it");
    }

    private static void Try(Action read, Action<InputException> wrong)
    {
        try
        {
            read();
        }
        catch (InputException mistake)
        {
            wrong(mistake);
        }
    }

    // A job's name is part of its seed, so two of a name would do the same I/Os.
    private static JobSpec Named(JobSpec job, Dictionary<string, int> names, FioSection section, Action<string> warn)
    {
        if (names.TryAdd(job.Name, 1))
        {
            return job;
        }

        string renamed;
        do
        {
            renamed = $"{job.Name}.{++names[job.Name]}";
        }
        while (!names.TryAdd(renamed, 1));
        var message = $"[{JobOption.Shorten(job.Name)}]: another job has this name; this one is called {JobOption.Shorten(renamed)}";
        warn(new InputException(section.File, section.Line, message).Describe());
        return job with { Name = renamed };
    }
}
