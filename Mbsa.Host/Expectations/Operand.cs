using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Metrics;
using Mbsa.Model.Results;

namespace Mbsa.Host.Expectations;

/// <summary>A side of an expectation: something with a value after a run.</summary>
/// <param name="Dimension">What its value is measured in.</param>
internal abstract record Operand(Dimension Dimension)
{
    /// <summary>The value in the unit its dimension is kept in; null when there is no data.</summary>
    public abstract double? Evaluate(RunResult run);

    /// <summary>Why there is no data, in a few words.</summary>
    public virtual string WhyNothing(RunResult run) => "no I/O";

    /// <summary>The metric of a VM, or null when the run does not have it.</summary>
    protected static double? Measure(Figure figure, VmResult vm, RunResult run) =>
        figure.OfVm!(vm, run) is { } value && double.IsFinite(value) ? value : null;
}

/// <summary>A number that was written down.</summary>
internal sealed record LiteralOperand(Dimension Dimension, double Value) : Operand(Dimension)
{
    public override double? Evaluate(RunResult run) => Value;
}

/// <summary>A metric of one VM.</summary>
internal sealed record VmOperand(string Vm, Figure Figure) : Operand(Figure.Dimension)
{
    public override double? Evaluate(RunResult run) => Find(run) is { } vm ? Measure(Figure, vm, run) : null;

    public override string WhyNothing(RunResult run) => Find(run) is { } vm ? Figure.WhyNothing(vm, run) : $"no VM '{Vm}'";

    private VmResult? Find(RunResult run) => run.Vms.FirstOrDefault(v => v.Spec.Name == Vm);
}

/// <summary>A metric of all VMs together.</summary>
internal sealed record HostOperand(Figure Figure) : Operand(Figure.Dimension)
{
    public override double? Evaluate(RunResult run) => Figure.OfHost!(run);

    public override string WhyNothing(RunResult run) => Figure.Nothing;
}

/// <summary>A metric of all hosts together.</summary>
internal sealed record ClusterOperand(Figure Figure) : Operand(Figure.Dimension)
{
    public override double? Evaluate(RunResult run) => (Figure.OfCluster ?? Figure.OfHost)!(run);

    public override string WhyNothing(RunResult run) => Figure.Nothing;
}

/// <summary>A metric of one of several hosts.</summary>
internal sealed record OneHostOperand(string Host, Figure Figure) : Operand(Figure.Dimension)
{
    public override double? Evaluate(RunResult run) => run.Cluster?.Hosts.FirstOrDefault(host => host.Name == Host) is { } host
        ? Figure.OfOneHost!(host)
        : null;

    public override string WhyNothing(RunResult run) => $"no host '{Host}'";
}

/// <summary>A metric of a tenant.</summary>
internal sealed record TenantOperand(string Tenant, Figure Figure) : Operand(Figure.Dimension)
{
    public override double? Evaluate(RunResult run) => Find(run) is { } tenant ? Figure.OfTenant!(tenant) : null;

    public override string WhyNothing(RunResult run) => Find(run) is null ? $"no tenant '{Tenant}'" : Judged.NoEpoch;

    private TenantResult? Find(RunResult run) => run.Cluster?.Tenants.FirstOrDefault(tenant => tenant.Name == Tenant);
}

/// <summary>A multiple of another operand: <c>30% of host</c>, <c>2 x writer-1</c>.</summary>
internal sealed record ScaledOperand(double Factor, Operand Inner) : Operand(Inner.Dimension)
{
    public override double? Evaluate(RunResult run) => Inner.Evaluate(run) * Factor;

    public override string WhyNothing(RunResult run) => Inner.WhyNothing(run);
}

/// <summary>
/// A function over the VMs whose names match, or the hosts where the metric is one of theirs: <c>jain(writer-*)</c>,
/// <c>max(h-*.vms)</c>.
/// </summary>
internal sealed record FunctionOperand(string Function, string Pattern, Figure Figure)
    : Operand(Function == "jain" ? Dimension.Count : Figure.Dimension)
{
    /// <summary>The functions there are.</summary>
    public static IReadOnlyList<string> Functions { get; } = ["jain", "sum", "min", "max", "mean"];

    public override double? Evaluate(RunResult run)
    {
        // One without data and a minimum or a mean would be of something else than what was asked for.
        double?[] all = [.. OfEach(run)];
        if (all.Any(value => value is null))
        {
            return null;
        }

        double[] values = [.. all.Select(value => value!.Value)];
        if (values.Length == 0)
        {
            return null;
        }

        return Function switch
        {
            "jain" => values.All(v => v == 0) ? null : Fairness.JainIndex(values),
            "sum" => values.Sum(),
            "min" => values.Min(),
            "max" => values.Max(),
            _ => values.Average(),
        };
    }

    public override string WhyNothing(RunResult run) =>
        Figure.OfVm is not null && Vms(run).FirstOrDefault(vm => Measure(Figure, vm, run) is null) is { } vm
            ? Figure.WhyNothing(vm, run)
            : Figure.Nothing;

    private IEnumerable<VmResult> Vms(RunResult run) => run.Vms.Where(vm => NamePattern.Matches(Pattern, vm.Spec.Name));

    private IEnumerable<double?> OfEach(RunResult run) => Figure.OfVm is not null
        ? Vms(run).Select(vm => Measure(Figure, vm, run))
        : (run.Cluster?.Hosts ?? []).Where(host => NamePattern.Matches(Pattern, host.Name)).Select(host => Figure.OfOneHost!(host));
}
