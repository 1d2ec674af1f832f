using System.Diagnostics;
using System.Globalization;
using Mbsa.Actors.Runs;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Vm;

namespace Mbsa.Bench.Commands;

/// <summary>
/// The inside of <see cref="StartCommand"/>: a fresh process that reads a scenario as the program does, starts it and says when the first
/// quantum was granted.
/// </summary>
internal static class FirstQuantumCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "first-quantum";

    /// <summary>Prints the milliseconds from the start of this process to the first quantum.</summary>
    /// <param name="words">A scenario file; then the value of <see cref="Stopwatch.GetTimestamp"/> just before the start,
    /// which all processes of a machine share.</param>
    /// <param name="output">Where it goes.</param>
    public static void Run(ReadOnlySpan<string> words, TextWriter output)
    {
        if (words.Length != 2 || !long.TryParse(words[1], CultureInfo.InvariantCulture, out var startedAt))
        {
            throw new InputException($"'{Name}' takes a scenario file and a timestamp; 'start' calls it");
        }

        var run = ScenarioRun.Start(ScenarioFile.Load(words[0]).Spec);
        while (!run.Snapshot().Vms.Any(vm => vm.Quanta > 0) && !run.Completion.IsCompleted)
        {
            Thread.Sleep(1);
        }

        output.WriteLine(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture));
        run.Interrupt();
        run.Completion.GetAwaiter().GetResult();
    }
}
