using Mbsa.Bench.Reporting;
using Mbsa.Vm;

namespace Mbsa.Bench.Commands;

/// <summary>The commands by name.</summary>
internal static class BenchCommands
{
    private const string Usage = """
        usage: dotnet run -c Release --project bench/Mbsa.Bench -- COMMAND [--seconds S] [--repetitions N] [--profile FILE]

          io         wall clock: 4 KiB I/O against a bare copy loop and fio; bytes allocated per I/O
          virtual    virtual clock: I/Os simulated per second on one core
          start      time to the first quantum of 64 VMs, memory of an 8 GiB device
          predict    what the virtual clock says of this machine against the wall clock; --profile FILE instead of a calibration
          scheduler  throughput given up to the scheduler
          crash      power failures at every fence: states explored, violations, mutants noticed
          protection what each protection of the mapped device costs here
          wear       how evenly the wear policies spread writes, to the first block failure; takes some minutes
          qos        the bars of docs/QOS.md under each policy
          search     random sets of VMs against the optimum, what breaks a bar is shrunk to a scenario;
                     [--sets N] [--seed S] [--policy P]; exit code 1 when a hard bar is broken
          watch      what page, metrics, export and live table take from a run
          cluster    64 hosts x 16 VMs on one node and on several
          all        everything in turn but the search

        --seconds is the length of one measurement, of a search the whole; --repetitions how often each is taken.
        Results are Markdown on standard output.
        """;

    private static readonly (string Name, Action<BenchOptions, TextWriter> Run)[] _commands =
    [
        ("io", IoCommand.Run),
        ("virtual", VirtualCommand.Run),
        ("start", StartCommand.Run),
        ("predict", PredictCommand.Run),
        ("scheduler", SchedulerCommand.Run),
        ("crash", CrashCommand.Run),
        ("protection", ProtectionCommand.Run),
        ("wear", WearCommand.Run),
        ("qos", QosCommand.Run),
        ("watch", WatchCommand.Run),
        ("cluster", ClusterCommand.Run),
    ];

    /// <summary>Runs what the command line asks for.</summary>
    /// <returns>The exit code: 0 when everything was measured, whether the budgets hold or not;
    /// 1 when a search found what must not be.</returns>
    /// <exception cref="InputException">The command line is wrong.</exception>
    /// <exception cref="BenchException">A measurement failed.</exception>
    public static int Run(string[] words)
    {
        if (words is [] or ["--help"] or ["-h"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        if (words is [FirstQuantumCommand.Name, ..])
        {
            FirstQuantumCommand.Run(words.AsSpan(1), Console.Out);
            return 0;
        }

        if (words is [SearchCommand.Name, ..])
        {
            return SearchCommand.Run(BenchOptions.Parse(words.AsSpan(1)), Console.Out); // of the virtual clock: no machine to describe
        }

        var chosen = _commands.Where(command => words[0] == "all" || words[0] == command.Name).ToArray();
        if (chosen.Length == 0)
        {
            throw new InputException($"unknown command '{words[0]}'; "
                + $"known are {string.Join(", ", _commands.Select(command => command.Name))}, {SearchCommand.Name} and all");
        }

        var options = BenchOptions.Parse(words.AsSpan(1));
        MachineHeader.Print(Console.Out);
        foreach (var (_, run) in chosen)
        {
            run(options, Console.Out);
        }

        return 0;
    }
}
