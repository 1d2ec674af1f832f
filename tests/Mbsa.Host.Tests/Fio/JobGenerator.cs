namespace Mbsa.Host.Tests.Fio;

/// <summary>
/// Draws jobs from all options that say which I/Os a job does. Small ones: fio does each in milliseconds.
/// The same seed draws the same jobs.
/// </summary>
internal sealed class JobGenerator(int seed)
{
    private static readonly string[] _patterns =
        ["read", "write", "rw", "randread", "randwrite", "randrw", "read", "randread", "randread", "randwrite"];

    private static readonly string[] _sizes = ["512", "1k", "2k", "4k", "8k", "16k", "12k", "6k"];

    private readonly System.Random _random = new(seed);

    /// <summary>The next job.</summary>
    public DrawnJob Next()
    {
        var pattern = Any(_patterns);
        var isRandom = pattern.StartsWith("rand", StringComparison.Ordinal);
        List<string> options = ["rw=" + pattern + Modifier(isRandom)];
        if (pattern.EndsWith("rw", StringComparison.Ordinal) && Often(70))
        {
            options.Add(Often(50) ? $"rwmixread={_random.Next(101)}" : $"rwmixwrite={_random.Next(101)}");
        }

        AddBlocks(options);
        AddRegion(options);
        AddLength(options);
        if (isRandom)
        {
            AddPlaces(options);
        }

        return new DrawnJob(options);
    }

    private string Modifier(bool isRandom) => !Often(20) ? ""
        : isRandom ? $":{_random.Next(1, 9)}"
        : Any([":4k", ":512", ":12k", ":-8k", ":16k", ":-4k", ":64k"]);

    private void AddBlocks(List<string> options)
    {
        string Size() => Any(_sizes);

        // None whose smallest size has no share: near the end of a file fio 3.33 looks for it for ever.
        string Split() => Any(["4k/50:16k/50", "4k/60:8k/30:32k/10", "512/10:4k/", "8k/:16k/", "4k/30:6k/70", "16k/20:4k/80"]);
        string Range() => Any(["4k-16k", "512-8k", "1k-3k", "4k-10k", "8k-8k", "2k-32k"]);
        string Pair(Func<string> one) => Often(65) ? one() : Often(70) ? $"{one()},{one()}" : Often(50) ? $",{one()}" : $"{one()},";
        if (Often(75))
        {
            options.Add("bs=" + Pair(Size));
        }

        if (Often(30))
        {
            options.Add(Often(60) ? "bssplit=" + Pair(Split) : "bsrange=" + Pair(Range));
        }
    }

    private void AddRegion(List<string> options)
    {
        options.Add("size=" + (Often(70) ? $"{64 * _random.Next(1, 17)}k" : $"{_random.Next(96, 1024)}k"));
        if (Often(20))
        {
            options.Add($"offset={4 * _random.Next(1, 65)}k");
        }

        if (Often(10))
        {
            options.Add("filesize=2m");
        }

        if (Often(15))
        {
            options.Add(Often(50) ? $"nrfiles={_random.Next(2, 6)}" : "filename=" + Any(["a:b", "a:b:c"]));
            if (Often(60))
            {
                options.Add("file_service_type=" + Any(["roundrobin", "sequential", "roundrobin:3", "random", "random:4"]));
            }
        }
    }

    private void AddLength(List<string> options)
    {
        if (Often(25))
        {
            options.Add($"io_size={(Often(80) ? 4 * _random.Next(1, 512) : _random.Next(5, 2000))}k");
        }

        if (Often(20))
        {
            options.Add($"loops={_random.Next(1, 4)}");
        }

        if (Often(15))
        {
            options.Add($"number_ios={_random.Next(1, 300)}");
        }
    }

    private void AddPlaces(List<string> options)
    {
        if (Often(25))
        {
            options.Add("norandommap");
        }

        if (Often(15))
        {
            options.Add("percentage_random=" + Any(["0", "30", "50", "90", "100", "20,80", "0,100"]));
        }

        if (Often(15))
        {
            options.Add("rw_sequencer=" + Any(["identical", "sequential"]));
        }

        if (Often(15))
        {
            options.Add("random_distribution=" + Any(
                ["random", "zipf:1.2", "zipf:0.8:0.5", "pareto:0.2", "normal:20", "zoned:50/10:30/20:20/70", "zoned:60/25:40/"]));
        }
    }

    private bool Often(int percent) => _random.Next(100) < percent;

    private string Any(string[] of) => of[_random.Next(of.Length)];
}
