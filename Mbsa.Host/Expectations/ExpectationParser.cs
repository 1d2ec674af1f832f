using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Expectations;

/// <summary>
/// Reads <c>operand op value</c>. A VM's name begins with a letter and a number with a digit, so one character tells them apart:
/// <code>
/// expectation = operand ("&gt;=" | "&lt;=" | "&gt;" | "&lt;" | "==") value
/// operand     = (vm | "host" | one of several hosts | "cluster" | tenant) "." metric | function "(" pattern [ "." metric ] ")"
/// value       = number with unit | number "%" "of" target | number ("x" | "*") target | target
/// target      = operand | vm | "host"        without a metric, the metric of the left side
/// </code>
/// </summary>
internal sealed class ExpectationParser(string text, IReadOnlyCollection<string>? vmNames, ClusterNames? cluster)
{
    private const int Longest = 500;
    private const string Form = "an expectation is written 'oltp.p99 <= 40us', with one of >=, <=, >, <, ==";

    public Expectation Parse()
    {
        if (text.Length > Longest)
        {
            throw Wrong($"an expectation of {text.Length} characters is too long; at most {Longest} are read");
        }

        var start = text.AsSpan().IndexOfAny("<>=!");
        if (start < 0)
        {
            throw Wrong(Form);
        }

        var length = start + 1 < text.Length && text[start + 1] == '=' ? 2 : 1;
        var comparison = ComparisonOf(text.Substring(start, length));
        var (left, metric) = LeftSide(text[..start].Trim());
        var right = RightSide(text[(start + length)..].Trim(), left, metric);
        return new Expectation(text, left, comparison, right);
    }

    private static Comparison ComparisonOf(string op) => op switch
    {
        ">=" => Comparison.AtLeast,
        "<=" => Comparison.AtMost,
        ">" => Comparison.Above,
        "<" => Comparison.Below,
        "==" => Comparison.Equal,
        "=" => throw Wrong("'=' does not compare; did you mean '=='?"),
        _ => throw Wrong($"'{op}' is not a comparison; use one of >=, <=, >, <, =="),
    };

    private (Operand Operand, Figure? Figure) LeftSide(string side)
    {
        if (side.Length == 0)
        {
            throw Wrong($"the left side is missing; {Form}");
        }

        if (!char.IsAsciiLetter(side[0]))
        {
            throw Wrong($"'{Excerpt.Of(side)}' on the left is not something measured; {Form}");
        }

        return Target(side, null);
    }

    private Operand RightSide(string side, Operand left, Figure? metric)
    {
        if (side.Length == 0)
        {
            throw Wrong($"the right side is missing; {Form}");
        }

        if (char.IsAsciiLetter(side[0]) || side[0] == '*')
        {
            return SameDimension(left, Target(side, metric).Operand, side);
        }

        if (ExpectedNumber.Multiple(side) is not { } multiple)
        {
            return ExpectedNumber.Literal(side, left, metric);
        }

        return new ScaledOperand(multiple.Factor, SameDimension(left, Target(multiple.Target, metric).Operand, multiple.Target));
    }

    private (Operand Operand, Figure? Figure) Target(string side, Figure? standard)
    {
        var open = side.IndexOf('(');
        if (open >= 0)
        {
            return Function(side, open);
        }

        var dot = side.IndexOf('.');
        var name = dot < 0 ? side : side[..dot];
        if (dot < 0 && standard is null)
        {
            throw Wrong($"'{Excerpt.Of(side)}' needs a metric, as in '{Excerpt.Of(side)}.iops'; "
                + $"metrics: {Names(m => !m.Name.Contains('.'))}");
        }

        if (IsVm(name))
        {
            CheckVm(name);
        }

        var metric = dot < 0 ? standard! : MetricOf(side[(dot + 1)..]);
        return (OperandOf(name, metric), metric);
    }

    private bool IsVm(string name) => name != "host"
        && (cluster is null || (name != "cluster" && !cluster.Hosts.Contains(name) && !cluster.Tenants.Contains(name)));

    private Operand OperandOf(string name, Figure metric)
    {
        if (IsVm(name))
        {
            return new VmOperand(name, OfVm(metric));
        }

        if (name == "host")
        {
            return metric.OfHost is null ? throw Lacks("the host", metric, m => m.OfHost is not null) : new HostOperand(metric);
        }

        if (name == "cluster")
        {
            return IsOfCluster(metric) ? new ClusterOperand(metric) : throw Lacks("the cluster", metric, IsOfCluster);
        }

        if (cluster!.Tenants.Contains(name))
        {
            return metric.OfTenant is null ? throw Lacks("a tenant", metric, m => m.OfTenant is not null) : new TenantOperand(name, metric);
        }

        return metric.OfOneHost is null ? throw Lacks("a host", metric, m => m.OfOneHost is not null) : new OneHostOperand(name, metric);

        static bool IsOfCluster(Figure metric) => metric.OfCluster is not null || metric.OfHost is not null;
    }

    private InputException Lacks(string what, Figure metric, Func<Figure, bool> which) =>
        Wrong($"{what} has no '{metric.Name}'; it has {Names(which)}");

    private (Operand Operand, Figure? Figure) Function(string side, int open)
    {
        var function = side[..open].Trim();
        if (!FunctionOperand.Functions.Contains(function))
        {
            throw Wrong(UnknownName.Message("function", function, FunctionOperand.Functions));
        }

        if (!side.EndsWith(')'))
        {
            throw Wrong($"')' is missing after '{Excerpt.Of(side)}'");
        }

        var argument = side[(open + 1)..^1].Trim();
        var dot = argument.IndexOf('.');
        var pattern = dot < 0 ? argument : argument[..dot];
        if (pattern.Length == 0)
        {
            throw Wrong($"{function}() needs the name of a VM or a pattern, as in {function}(writer-*)");
        }

        var metric = MetricOf(dot < 0 ? "iops" : argument[(dot + 1)..]);
        if (metric.OfVm is not null || metric.OfOneHost is null || cluster is null)
        {
            CheckMatches("VM", pattern, vmNames);
        }
        else
        {
            CheckMatches("host", pattern, cluster.Hosts);
        }

        if (metric.OfVm is null && (metric.OfOneHost is null || cluster is null))
        {
            throw NotOfVm(metric);
        }

        if (function == "sum" && !metric.CanBeSummed && !metric.NeedsHosts)
        {
            throw Wrong($"a sum of '{metric.Name}' over VMs means nothing; use min, max or mean");
        }

        // Jain's index has no unit, so there is no metric that a bare name on the right could stand for.
        return (new FunctionOperand(function, pattern, metric), function == "jain" ? null : metric);
    }

    private static void CheckMatches(string kind, string pattern, IReadOnlyCollection<string>? names)
    {
        if (names is not null && !names.Any(name => NamePattern.Matches(pattern, name)))
        {
            throw Wrong(pattern.Contains('*')
                ? $"no {kind} matches '{Excerpt.Of(pattern)}'; {kind}s: "
                    + $"{string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", ..." : "")}"
                : UnknownName.Message(kind, pattern, names));
        }
    }

    private void CheckVm(string name)
    {
        if (name.Contains('*'))
        {
            throw Wrong($"'{name}' stands for several VMs; say what of them, as in min({name}.iops)");
        }

        if (vmNames is not null && !vmNames.Contains(name))
        {
            throw Wrong(cluster is null
                ? UnknownName.Message("VM", name, vmNames)
                : UnknownName.Message("VM, host or tenant", name, [.. vmNames, .. cluster.Hosts, .. cluster.Tenants]));
        }
    }

    private Figure MetricOf(string name)
    {
        if (Catalogue.Find(name) is not { } metric)
        {
            string[] known = [.. Known.Select(m => m.Name)];
            throw Wrong(UnknownName.Message("metric", name, known) + UnknownName.AlsoNear(name, known));
        }

        return metric.NeedsHosts && cluster is null
            ? throw Wrong($"'{name}' is measured where there are several hosts; write 'hosts' in place of 'host' in the scenario")
            : metric;
    }

    private Figure OfVm(Figure metric) => metric.OfVm is not null ? metric : throw NotOfVm(metric);

    private InputException NotOfVm(Figure metric)
    {
        var (what, name) = metric switch
        {
            { OfHost: not null } => ("the host", "host"),
            { OfCluster: not null } => ("the cluster", "cluster"),
            { OfOneHost: not null } => ("a host", cluster?.Hosts.FirstOrDefault() ?? "h-1"),
            _ => ("a tenant", cluster?.Tenants.FirstOrDefault() ?? "acme"),
        };
        return Wrong($"'{metric.Name}' is of {what}, not of a VM; write '{name}.{metric.Name}'");
    }

    private IEnumerable<Figure> Known => Catalogue.All.Where(m => cluster is not null || !m.NeedsHosts);

    private static Operand SameDimension(Operand left, Operand right, string side) => left.Dimension == right.Dimension
        ? right
        : throw Wrong($"'{Excerpt.Of(side)}' is {Quantity.NameOf(right.Dimension)} and the left side {Quantity.NameOf(left.Dimension)}; "
            + "they cannot be compared");

    private string Names(Func<Figure, bool> which) => string.Join(", ", Known.Where(which).Select(m => m.Name));

    private static InputException Wrong(string message) => new(message);
}
