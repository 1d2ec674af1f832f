using System.Collections.Immutable;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Vm;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>Reads <c>workload</c>: fio's options, a list of such jobs, a fio job file, or a load on the processor.</summary>
internal sealed class WorkloadReader(string directory, int jitterPercent, Problems problems)
{
    private const int MaxJobs = 1000;

    /// <summary>The jobs; those that are wrong are left out.</summary>
    public ImmutableArray<JobSpec> Read(MappingReader vm, string name, int vcpus)
    {
        if (!vm.Require("workload", "workload: { rw: randread, bs: 4k }"))
        {
            return [];
        }

        var node = vm.Find("workload")!;
        if (node is not SequenceNode list)
        {
            return One(node, name, vcpus);
        }

        if (list.Items.Length is 0 or > MaxJobs)
        {
            problems.Error(node.Line, $"'workload' has {list.Items.Length} jobs; from 1 to {MaxJobs} are allowed");
        }

        return Together(list.Items.Take(MaxJobs), name, vcpus);
    }

    private ImmutableArray<JobSpec> Together(IEnumerable<Node> items, string name, int vcpus)
    {
        var jobs = ImmutableArray.CreateBuilder<JobSpec>();
        var names = new HashSet<string>();
        foreach (var item in items)
        {
            foreach (var job in One(item, $"{name}.{jobs.Count + 1}", vcpus))
            {
                // A job's random numbers come from its name: two of one name would do the very same I/Os.
                if (!names.Add(job.Name))
                {
                    problems.Error(
                        item.Line,
                        $"two jobs of this VM are called '{Excerpt.Of(job.Name)}'; give each a 'name' of its own");
                }

                jobs.Add(job);
            }
        }

        return jobs.ToImmutable();
    }

    private ImmutableArray<JobSpec> One(Node node, string name, int vcpus)
    {
        if (MappingReader.Open(node, "a workload", null, problems) is not { } map)
        {
            return [];
        }

        if (map.Find("fio") is null)
        {
            return Inline(map, name, vcpus) is { } job ? [job] : [];
        }

        // Options beside a file would have to win over its own or lose to them; neither is obvious, so there are none.
        foreach (var (key, line, _) in map.Entries.Where(e => e.Key != "fio"))
        {
            problems.Error(line, $"'{Excerpt.Of(key)}' cannot stand beside 'fio'; write it into the job file");
        }

        return map.Text("fio") is { } file ? JobFile(map.LineOf("fio"), Path.Combine(directory, file)) : [];
    }

    private ImmutableArray<JobSpec> JobFile(int line, string file)
    {
        try
        {
            return [.. FioJobFile.Read(file, warning => problems.ForeignWarning(line, warning), mistake => problems.Error(line, mistake))];
        }
        catch (InputException e)
        {
            // What concerns the whole file, as that it is missing, is a mistake in the line that names it.
            problems.Error(line, e.Line > 0 ? e : new InputException(problems.File, line, $"{Excerpt.Of(file)}: {e.Message}"));
            return [];
        }
    }

    /// <summary>
    /// Reads fio's options. Their reader stops at the first mistake; the option it stopped at is left out and the rest read again, until
    /// nothing is wrong or the mistake lies in several together.
    /// </summary>
    private JobSpec? Inline(MappingReader map, string name, int vcpus)
    {
        var options = Options(map);
        while (true)
        {
            JobOption? current = null;
            IEnumerable<JobOption> Followed()
            {
                foreach (var option in options)
                {
                    yield return current = option;
                }

                current = null;
            }

            try
            {
                var job = JobOptions.Inline(name, Followed(), warning => problems.ForeignWarning(map.Line, warning));
                return job with
                {
                    NumJobs = map.Find("cpu") is not null && map.Find("numjobs") is null ? vcpus : job.NumJobs,
                    JitterPercent = map.Find("jitter") is null ? jitterPercent : job.JitterPercent,
                };
            }
            catch (InputException e)
            {
                problems.Error(e.Line, e);
                if (current is null || problems.IsFull)
                {
                    return null;
                }

                options.Remove(current);
            }
        }
    }

    private List<JobOption> Options(MappingReader map)
    {
        var options = new List<JobOption>();
        foreach (var (key, line, value) in map.Entries)
        {
            if (value is ScalarNode { IsNull: true } && char.IsAsciiDigit(key.FirstOrDefault()))
            {
                var example = options.LastOrDefault() is { Value: { } before } last ? $"{last.Key}: \"{before},{key}\"" : "bs: \"4k,8k\"";
                problems.Error(line,
                    $"'{Excerpt.Of(key)}' is no option; in braces a comma ends a value, so put it in quotes: {Excerpt.Of(example)}");
            }
            else if (value is ScalarNode scalar)
            {
                options.Add(new JobOption(key, scalar.IsNull ? null : scalar.Text, problems.File, line));
            }
            else
            {
                problems.Error(
                    value.Line,
                    $"'{Excerpt.Of(key)}': a word or number was expected, as in a fio job file, not {value.Kind}");
            }
        }

        return options;
    }
}
