namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>What was once written otherwise is an error that says how it is written now, with its line.</summary>
public sealed class OldSpellingTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("latency: every", "'latency' is now 'latencies: every'")]
    [InlineData("host: { policy: fair }", "'policy' is now 'scheduler: { policy: fair }'")]
    [InlineData("host: { quantum: 50us }", "'quantum' is now 'scheduler: { quantum: 50us }'")]
    [InlineData("hosts: { count: 2, order: serial }", "'order' is now 'scheduler: { order: serial }'")]
    public void Of_a_scenario_and_its_hosts(string line, string expected) =>
        Assert.Equal([$"2: {expected}"], _scratch.ErrorsWith(line));

    [Theory]
    [InlineData("wear: due-time, wear-parameters: q=16 t=8", "'wear-parameters' is now 'wear: { policy: due-time, q: 16, t: 8 }'")]
    [InlineData("wear: due-time, atomic: true", "'atomic' is now 'wear: { policy: due-time, atomic: true }'")]
    [InlineData("wear: start-gap, wear-parameters: \"psi=50\"", "'wear-parameters' is now 'wear: { policy: start-gap, psi: 50 }'")]
    public void Of_a_disk(string storage, string expected) => Assert.Equal(
        [$"3: {expected}"], _scratch.ErrorsOfVm($"name: a, storage: {{ size: 1MiB, {storage} }}, workload: {{ rw: read }}"));

    [Theory]
    [InlineData("power-failure: 30ms", "'power-failure' is now 'power: off, for: 30ms'")]
    [InlineData("power-failure: true", "'power-failure' is now 'power: off, for: 0s'")]
    [InlineData("host: h-1, lose: true, for: 1ms", "'lose' is now 'power: off'")]
    [InlineData("host: h-1, return: true", "'return' is now 'power: on'")]
    [InlineData("host: h-1, add: true", "'add' is now 'start: true'")]
    [InlineData("vm: a, fail-vcpu: 0", "'fail-vcpu' is now 'failVcpu: 0'")]
    [InlineData("vm: a, migrate: true", "'migrate: true' is now 'migrate: anywhere'")]
    public void Of_an_event(string change, string expected)
    {
        var host = change.Contains("power-failure", StringComparison.Ordinal) ? "host: {}" : "hosts: { count: 2 }";

        Assert.Equal([$"6: {expected}"],
            _scratch.Errors($"duration: 1s\n{host}\nvms:\n{ScratchScenario.Vm}\nevents:\n  - {{ at: 1ms, {change} }}\n"));
    }

    [Fact]
    public void What_is_not_written_is_left_out_of_the_message() =>
        Assert.Equal(["2: 'quantum' is now 'scheduler: { quantum: ... }'"], _scratch.ErrorsWith("host: { quantum: [ 50us ] }"));

    [Fact]
    public void The_scheduler_is_still_read_where_it_was_called_qos()
    {
        var text = ScratchScenario.With("host: { qos: { policy: none, quantum: 5ms } }");

        var host = _scratch.Spec(text).Host;
        Assert.Equal(("none", 5_000_000L), (host.Policy, host.QuantumNs));
        Assert.Equal(["2: 'qos' is now 'scheduler' here; it is still read"], _scratch.Warnings(text));
    }

    [Theory]
    [InlineData("scheduler: plan, qos: { policy: none }",
        "'qos' and 'scheduler' of the host are one key in two spellings; write 'scheduler' alone")]
    [InlineData("qos: { policy: none }, scheduler: plan",
        "'scheduler' and 'qos' of the host are one key in two spellings; write 'scheduler' alone")]
    [InlineData("qos: { policy: none }, qos: { policy: plan }", "'qos' is given twice in the host")]
    public void A_key_in_its_old_and_its_new_spelling_is_there_twice_and_both_are_named(string keys, string expected) =>
        Assert.Equal([$"2: {expected}; the first is on line 2"], _scratch.ErrorsWith($"host: {{ {keys} }}"));
}
