using Mbsa.Bench.Measuring;
using Mbsa.Bench.Reporting;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Workload;

namespace Mbsa.Bench.Commands;

/// <summary>
/// What each protection of the mapped device really costs here: the wall clock's 4 KiB I/O behind it, against none, taken in turns.
/// </summary>
internal static class ProtectionCommand
{
    private const long DiskBytes = 64L << 20;
    private const double WarmupSeconds = 0.1;

    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var seconds = options.Seconds ?? 0.5;
        var repetitions = options.Repetitions ?? 5;
        output.WriteLine($"## protection: 4 KiB, memory-bus, device dram, disk of {DiskBytes >> 20} MiB, wall clock\n");
        output.WriteLine($"IOPS, median (min..max) of {repetitions} rounds of {Show.Seconds(seconds)}; "
            + "in a round each protection has its turn. Ratios are medians within a round.\n");
        var methods = KnownNames.Protections.Where(p => ProtectionSupport.WhyNot(p.Value) is null).ToArray();
        foreach (var (name, method) in KnownNames.Protections.Except(methods))
        {
            output.WriteLine($"No figures of {name}: {ProtectionSupport.WhyNot(method)}.\n");
        }

        var table = new Table("VCPUs", "pattern", "protection", "IOPS", "against none");
        foreach (var vcpus in new[] { 1, 2 })
        {
            foreach (var pattern in new[] { IoPattern.RandRead, IoPattern.RandWrite })
            {
                var samples = methods.Select(_ => new Samples()).ToArray();
                for (var repetition = 0; repetition < repetitions; repetition++)
                {
                    for (var i = 0; i < methods.Length; i++)
                    {
                        samples[i].Add(Iops(methods[i].Value, pattern, vcpus, seconds));
                    }
                }

                for (var i = 0; i < methods.Length; i++)
                {
                    table.Add($"{vcpus}", Show.Pattern(pattern), methods[i].Name, samples[i]
                        .Text(Show.Millions), samples[i].RatioTo(samples[0]).Text(Show.Percent));
                }
            }
        }

        table.Print(output);
    }

    private static double Iops(ProtectionMethod method, IoPattern pattern, int vcpus, double seconds)
    {
        var vm = Lab.Vm("vm", vcpus, DiskBytes, Lab.Job(pattern, vcpus));
        vm = vm with { Storage = vm.Storage! with { Protection = method } };
        var scenario = Lab.Scenario(ClockKind.Wall, Lab.Machine(cores: 2), [vm]).Lasting(seconds);
        return Lab.Run(scenario with { WarmupNs = (long)(WarmupSeconds * 1e9) }).Iops();
    }
}
