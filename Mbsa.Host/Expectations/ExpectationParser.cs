using System.Buffers;
using Mbsa.Host.Scenarios;
using Mbsa.Host.Scenarios.Yaml;
using Mbsa.Vm;

namespace Mbsa.Host.Expectations;

/// <summary>
/// Reads <c>operand op value</c>. A VM's name begins with a letter and a number with a digit, so one character tells them apart:
/// <code>
/// expectation = operand ("&gt;=" | "&lt;=" | "&gt;" | "&lt;" | "==") value
/// operand     = vm "." metric | "host" "." metric | function "(" pattern [ "." metric ] ")"
/// value       = number with unit | number "%" "of" target | number ("x" | "*") target | target
/// target      = operand | vm | "host"        without a metric, the metric of the left side
/// </code>
/// </summary>
internal sealed class ExpectationParser(string text, IReadOnlyCollection<string>? vmNames)
{
    private const int Longest = 500;
    private const string Form = "an expectation is written 'oltp.p99 <= 40us', with one of >=, <=, >, <, ==";

    private static readonly SearchValues<char> _number = SearchValues.Create("0123456789.");

    public Expectation Parse()
    {
        if (text.Length > Longest)
            throw Wrong($"an expectation of {text.Length} characters is too long; at most {Longest} are read");
        var start = text.AsSpan().IndexOfAny("<>=!");
        if (start < 0)
            throw Wrong(Form);
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

    private (Operand Operand, Metric? Metric) LeftSide(string side)
    {
        if (side.Length == 0)
            throw Wrong($"the left side is missing; {Form}");
        if (!char.IsAsciiLetter(side[0]))
            throw Wrong($"'{ScalarNode.Shorten(side)}' on the left is not something measured; {Form}");
        return Target(side, null);
    }

    private Operand RightSide(string side, Operand left, Metric? metric)
    {
        if (side.Length == 0)
            throw Wrong($"the right side is missing; {Form}");
        if (char.IsAsciiLetter(side[0]) || side[0] == '*')
            return SameDimension(left, Target(side, metric).Operand, side);
        if (Multiple(side) is not { } multiple)
            return Literal(side, left, metric);
        return new ScaledOperand(multiple.Factor, SameDimension(left, Target(multiple.Target, metric).Operand, multiple.Target));
    }

    /// <summary>Takes "30% of host" or "2 x writer-1" apart; null when it is neither.</summary>
    private static (double Factor, string Target)? Multiple(string side)
    {
        var end = side.AsSpan().IndexOfAnyExcept(_number);
        if (end <= 0)
            return null;
        var rest = side[end..].TrimStart();
        string? target = null;
        var dimension = Dimension.Count;
        if (rest is ['%', ..] && rest[1..].TrimStart() is var after && after.StartsWith("of ", StringComparison.Ordinal))
            (target, dimension) = (after[3..].Trim(), Dimension.Percent);
        else if (rest is ['x' or '*', ..] && rest[1..].TrimStart() is [var first, ..] other && char.IsAsciiLetter(first))
            target = other;
        if (target is null)
            return null;
        var number = side[..end] + (dimension == Dimension.Percent ? "%" : "");
        return Quantity.Try(number, dimension, out var factor) is { } error ? throw Wrong(error) : (factor, target);
    }

    private (Operand Operand, Metric? Metric) Target(string side, Metric? standard)
    {
        var open = side.IndexOf('(');
        if (open >= 0)
            return Function(side, open);
        var dot = side.IndexOf('.');
        var name = dot < 0 ? side : side[..dot];
        if (dot < 0 && standard is null)
            throw Wrong($"'{ScalarNode.Shorten(side)}' needs a metric, as in '{ScalarNode.Shorten(side)}.iops'; metrics: {Names(m => !m.Name.Contains('.'))}");
        if (name != "host")
            CheckVm(name);
        var metric = dot < 0 ? standard! : MetricOf(side[(dot + 1)..]);
        if (name == "host")
        {
            return metric.OfHost is null
                ? throw Wrong($"the host has no '{metric.Name}'; it has {Names(m => m.OfHost is not null)}")
                : (new HostOperand(metric), metric);
        }

        return (new VmOperand(name, OfVm(metric)), metric);
    }

    private (Operand Operand, Metric? Metric) Function(string side, int open)
    {
        var function = side[..open].Trim();
        if (!FunctionOperand.Functions.Contains(function))
            throw Wrong(UnknownName.Message("function", function, FunctionOperand.Functions));
        if (!side.EndsWith(')'))
            throw Wrong($"')' is missing after '{ScalarNode.Shorten(side)}'");
        var argument = side[(open + 1)..^1].Trim();
        var dot = argument.IndexOf('.');
        var pattern = dot < 0 ? argument : argument[..dot];
        if (pattern.Length == 0)
            throw Wrong($"{function}() needs the name of a VM or a pattern, as in {function}(writer-*)");
        if (vmNames is not null && !vmNames.Any(v => NamePattern.Matches(pattern, v)))
            throw Wrong(pattern.Contains('*')
                ? $"no VM matches '{ScalarNode.Shorten(pattern)}'; VMs: {SomeVms()}"
                : UnknownName.Message("VM", pattern, vmNames));
        var metric = OfVm(MetricOf(dot < 0 ? "iops" : argument[(dot + 1)..]));
        if (function == "sum" && metric.OfHost is null)
            throw Wrong($"a sum of '{metric.Name}' over VMs means nothing; use min, max or mean");
        // Jain's index has no unit, so there is no metric that a bare name on the right could stand for.
        return (new FunctionOperand(function, pattern, metric), function == "jain" ? null : metric);
    }

    private void CheckVm(string name)
    {
        if (name.Contains('*'))
            throw Wrong($"'{name}' stands for several VMs; say what of them, as in min({name}.iops)");
        if (vmNames is not null && !vmNames.Contains(name))
            throw Wrong(UnknownName.Message("VM", name, vmNames));
    }

    private static Metric MetricOf(string name) =>
        Metric.Find(name) ?? throw Wrong(UnknownName.Message("metric", name, [.. Metric.All.Select(m => m.Name)]));

    private static Metric OfVm(Metric metric) =>
        metric.OfVm is not null ? metric : throw Wrong($"'{metric.Name}' is of the host, not of a VM; write 'host.{metric.Name}'");

    private static Operand SameDimension(Operand left, Operand right, string side) => left.Dimension == right.Dimension
        ? right
        : throw Wrong($"'{ScalarNode.Shorten(side)}' is {Quantity.NameOf(right.Dimension)} and the left side {Quantity.NameOf(left.Dimension)}; "
            + "they cannot be compared");

    /// <summary>A number with its unit. A share may be a plain fraction, and processor seconds plain seconds, since their names say so.</summary>
    private static LiteralOperand Literal(string side, Operand left, Metric? metric)
    {
        var error = Quantity.Try(side, left.Dimension, out var value);
        if (error is null)
            return new LiteralOperand(left.Dimension, value);
        var plain = Quantity.Try(side, Dimension.Count, out var number) is null;
        if (plain && left.Dimension == Dimension.Percent)
            return new LiteralOperand(left.Dimension, number);
        if (plain && metric?.Name == "cpu_seconds")
            return new LiteralOperand(left.Dimension, number * 1e9);
        if (metric is null && Quantity.Try(side, Dimension.Percent, out var share) is null)
            return new LiteralOperand(left.Dimension, share);
        throw Wrong(error);
    }

    private static string Names(Func<Metric, bool> which) => string.Join(", ", Metric.All.Where(which).Select(m => m.Name));

    private string SomeVms() => string.Join(", ", vmNames!.Take(10)) + (vmNames!.Count > 10 ? ", ..." : "");

    private static InputException Wrong(string message) => new(message);
}
