using Mbsa.Bench.Qos;
using Mbsa.Bench.Reporting;
using Mbsa.Cores.Policies;

namespace Mbsa.Bench.Commands;

/// <summary>The bars of docs/QOS.md, reached by each policy.</summary>
internal static class QosCommand
{
    /// <summary>Measures and prints.</summary>
    public static void Run(BenchOptions options, TextWriter output)
    {
        var policies = QosPolicies.All.Select(policy => policy.Name).ToArray();
        output.WriteLine("## qos: the bars of docs/QOS.md under each policy, virtual clock\n");
        output.WriteLine("`*` holds the bar.\n");
        var table = new Table(["metric", "bar", .. policies]);
        foreach (var bar in QosBars.All)
        {
            var cells = policies.Select(policy =>
                bar.Of(policy) is var figure && bar.IsHeldBy(figure) ? $"{bar.Format(figure)} *" : bar.Format(figure));
            table.Add([bar.Metric, $"{(bar.IsFloor ? ">=" : "<=")} {bar.Format(bar.Bound)}", .. cells]);
        }

        table.Print(output);
    }
}
