using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Wording;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Files.Scenarios;

/// <summary>How scenario files spelt things once. Each is an error that says how it is spelt now.</summary>
internal static class OldSpellings
{
    /// <summary>Of a scenario.</summary>
    public static OldKeys Scenario { get; } = new OldKeys().Refuse("latency", (value, _) => $"latencies: {Text(value)}");

    /// <summary>Of a host. <c>qos</c> is what a VM is promised, and was the host's scheduler as well; files with it are many.</summary>
    public static OldKeys Host { get; } = new OldKeys()
        .Read("qos", "scheduler")
        .Refuse("policy", (value, _) => $"scheduler: {{ policy: {Text(value)} }}")
        .Refuse("quantum", (value, _) => $"scheduler: {{ quantum: {Text(value)} }}")
        .Refuse("order", (value, _) => $"scheduler: {{ order: {Text(value)} }}");

    /// <summary>Of a disk.</summary>
    public static OldKeys Storage { get; } = new OldKeys()
        .Refuse("wear-parameters", (_, disk) => Wear(disk))
        .Refuse("atomic", (_, disk) => Wear(disk));

    /// <summary>Of an event.</summary>
    public static OldKeys Event { get; } = new OldKeys()
        .Refuse("fail-vcpu", (value, _) => $"failVcpu: {Text(value)}")
        .Refuse("power-failure", (value, _) => $"power: off, for: {(Text(value) == "true" ? "0s" : Text(value))}")
        .Refuse("lose", (_, _) => "power: off")
        .Refuse("return", (_, _) => "power: on")
        .Refuse("add", (_, _) => "start: true");

    private static string Text(Node? value) => value is ScalarNode { IsNull: false } scalar ? Excerpt.Of(scalar.Text) : "...";

    /// <summary>The wear levelling of a disk with all its parameters in one mapping.</summary>
    private static string Wear(MappingNode disk)
    {
        var policy = Value("wear") ?? "due-time";
        var parameters = $"{Value("wear-parameters")}{(Value("atomic") == "true" ? " atomic" : "")}";
        return $"wear: {Excerpt.Of(WearPolicies.Written(policy, parameters))}";

        string? Value(string key) => disk.Entries.LastOrDefault(entry => entry.Key.Text == key).Value is ScalarNode { IsNull: false } value
            ? value.Text
            : null;
    }
}
