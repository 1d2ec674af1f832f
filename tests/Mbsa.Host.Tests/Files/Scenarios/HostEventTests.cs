using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class HostEventTests : IDisposable
{
    private const long Ms = 1_000_000;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_happens_to_hosts_comes_in_order_of_time() => Assert.Equal(
        [
            new(5 * Ms, 2, HostChange.Add),
            new(10 * Ms, 0, HostChange.Drain),
            new(20 * Ms, 1, HostChange.LinkDown),
            new(30 * Ms, 1, HostChange.LinkUp),
            new(40 * Ms, 1, HostChange.Lose),
            new HostEvent(50 * Ms, 1, HostChange.Return),
        ],
        Events(
            "at: 40ms, host: h-2, power: off", "at: 50ms, host: h-2, power: on",
            "at: 20ms, host: h-2, link: down", "at: 30ms, host: h-2, link: up",
            "at: 10ms, host: h-1, drain: true", "at: 5ms, host: later, start: true"));

    [Fact]
    public void What_is_lost_for_a_time_comes_back_after_it() => Assert.Equal(
        [
            new(10 * Ms, 0, HostChange.Lose), new(20 * Ms, 0, HostChange.Return),
            new(30 * Ms, 0, HostChange.LinkDown), new(45 * Ms, 0, HostChange.LinkUp),
            new(50 * Ms, 0, HostChange.Lose), new(55 * Ms, 0, HostChange.Return),
            new(60 * Ms, 0, HostChange.Lose), new HostEvent(60 * Ms, 0, HostChange.Return),
        ],
        Events(
            "at: 10ms, host: h-1, power: off, for: 10ms", "at: 30ms, host: h-1, link: down, for: 15ms",
            "at: 50ms, host: h-1, power: off, for: 5ms", "at: 60ms, host: h-1, power: off, for: 0s")
            .Where(e => e.Host == 0));

    [Fact]
    public void Those_of_a_pattern_have_it_each_in_turn() => Assert.Equal(
        [
            new(10 * Ms, 0, HostChange.Lose), new(15 * Ms, 0, HostChange.Return),
            new(30 * Ms, 1, HostChange.Lose), new HostEvent(35 * Ms, 1, HostChange.Return),
        ],
        Events("at: 10ms, host: 'h-*', power: off, for: 5ms, every: 20ms"));

    [Fact]
    public void A_pattern_of_vms_is_each_of_them_in_the_order_of_the_file()
    {
        Assert.Equal(
            [new(10 * Ms, "a", new VmChange.Migrate(null)), new(12 * Ms, "b-1", new VmChange.Migrate(null)),
                new ScenarioEvent(14 * Ms, "b-2", new VmChange.Migrate(null))],
            OfVms("at: 10ms, vm: '*', migrate: anywhere, every: 2ms"));
        Assert.Equal(
            [new(10 * Ms, "b-1", new VmChange.Stop()), new ScenarioEvent(10 * Ms, "b-2", new VmChange.Stop())],
            OfVms("at: 10ms, vm: 'b-*', stop: true"));
        Assert.Equal(new VmChange.Migrate("h-2"), Assert.Single(OfVms("at: 10ms, vm: a, migrate: h-2")).Change);
        Assert.Equal(new VmChange.Migrate(null), Assert.Single(OfVms("at: 10ms, vm: a, migrate: anywhere")).Change);
    }

    [Fact]
    public void Patterns_are_for_a_single_host_too() =>
        Assert.Equal(2, _scratch.Spec("duration: 1s\nvms:\n  - { name: b, count: 2, workload: { cpu: "
            + "5% } }\nevents:\n  - { at: 10ms, vm: 'b-*', stop: true, every: 1ms }\n").Events.Length);

    [Theory]
    [InlineData("an event changes one thing, not 0; write one of stop, start, qos, failVcpu, resize, migrate", "at: 1ms, vm: a")]
    [InlineData("an event changes one thing, not 0; write one of start, drain, link, power", "at: 1ms, host: h-1")]
    [InlineData("an event changes one thing, not 2; write one of start, drain, link, power",
        "at: 1ms, host: h-1, drain: true, power: off")]
    [InlineData("'host' is missing from an event; for example 'host: h-1'", "at: 1ms, drain: true")]
    [InlineData("'host' is missing from an event; for example 'host: h-1'", "at: 1ms, power: off, for: 5ms")]
    [InlineData("an event happens to a VM or to a host; leave 'vm' or 'host' out", "at: 1ms, host: h-1, vm: a, drain: true")]
    [InlineData("unknown host 'h-9'; did you mean 'h-1'?", "at: 1ms, host: h-9, drain: true")]
    [InlineData("no host matches 'g*'; hosts: h-1, h-2, later", "at: 1ms, host: g*, drain: true")]
    [InlineData("no VM matches 'g*'; VMs: a, b-1, b-2", "at: 1ms, vm: g*, stop: true")]
    [InlineData("unknown host 'h-9'; did you mean 'h-1'?", "at: 1ms, vm: a, migrate: h-9")]
    [InlineData("'migrate' is the name of a host, or 'anywhere' for wherever there is room", "at: 1ms, vm: a, migrate: false")]
    [InlineData("'drain: true' is the only value that means something in an event", "at: 1ms, host: h-1, drain: false")]
    [InlineData("unknown link 'sideways'; available: down, up", "at: 1ms, host: h-1, link: sideways")]
    [InlineData("'for' is how long the power or a link is away; leave it out here", "at: 1ms, host: h-1, drain: true, for: 5ms")]
    [InlineData("'for' is how long the power or a link is away; leave it out here", "at: 1ms, host: h-1, link: up, for: 5ms")]
    [InlineData("'for' is how long the power or a link is away; leave it out here", "at: 1ms, host: h-1, power: on, for: 5ms")]
    [InlineData("unknown power 'true'; available: off, on", "at: 1ms, host: h-1, power: true")]
    [InlineData("'every' is the time from one host to the next; 'h-1' is only one, so leave it out or write a pattern such as '*'",
        "at: 1ms, host: h-1, drain: true, every: 5ms")]
    [InlineData("'every' is the time from one VM to the next; 'a' is only one, so leave it out or write a pattern such as '*'",
        "at: 1ms, vm: a, stop: true, every: 5ms")]
    [InlineData("at 1ms host 'h-1' is there already; 'start: false' in its entry makes it wait for this event",
        "at: 1ms, host: h-1, start: true")]
    [InlineData("at 1ms host 'later' is not there yet; an event with 'start: true' has to come before",
        "at: 1ms, host: later, drain: true")]
    [InlineData("at 1ms host 'h-1' has its power; it cannot come back", "at: 1ms, host: h-1, power: on")]
    [InlineData("at 2ms host 'h-1' has no power; an event with 'power: on' has to come before",
        "at: 1ms, host: h-1, power: off", "at: 2ms, host: h-1, power: off")]
    [InlineData("at 2ms host 'h-1' has no power; an event with 'power: on' has to come before",
        "at: 1ms, host: h-1, power: off, for: 5ms", "at: 2ms, host: h-1, drain: true")]
    [InlineData("at 2ms host 'h-1' was drained before", "at: 1ms, host: h-1, drain: true", "at: 2ms, host: h-1, drain: true")]
    [InlineData("at 1ms the link of host 'h-1' is up already", "at: 1ms, host: h-1, link: up")]
    [InlineData("at 2ms the link of host 'h-1' is down already", "at: 1ms, host: h-1, link: down", "at: 2ms, host: h-1, link: down")]
    [InlineData("VM 'stuck' is on path 'virtio-mq' and cannot migrate; only VMs on memory-bus and those without storage can",
        "at: 1ms, vm: stuck, migrate: h-2")]
    [InlineData("VM 'raw' is on path 'host' and cannot migrate; only VMs on memory-bus and those without storage can",
        "at: 1ms, vm: '*', migrate: anywhere")]
    [InlineData("'h-2' cannot be drained: VM 'stuck' is on path 'virtio-mq' and cannot migrate; "
        + "only VMs on memory-bus and those without storage can", "at: 1ms, host: h-2, drain: true")]
    public void What_cannot_happen_is_an_error_of_its_line(string expected, params string[] events)
    {
        var vms = expected.Contains("VMs:", StringComparison.Ordinal) ? "" : """
              - { name: stuck, host: h-2, storage: { path: virtio-mq, size: 1MiB }, workload: { rw: read } }
              - { name: raw, host: h-1, storage: { path: host, size: 1MiB }, workload: { rw: read } }

            """;
        var errors = _scratch.Errors(Text(vms, events));
        var line = Text(vms, events).Split('\n').Length;

        Assert.Contains($"{line}: {expected}", errors);
    }

    [Fact]
    public void A_vm_that_is_pinned_moves_only_to_a_host_that_an_event_names()
    {
        const string vm = "  - { name: still, host: h-2, storage: { size: 1MiB }, workload: { rw: read } }\n";

        Assert.Equal(
            "11: VM 'still' is pinned to 'h-2' and moves only to a host that the event names; "
            + "leave 'host' out of the VM's entry, or write one here",
            Assert.Single(_scratch.Errors(Text(vm, "at: 1ms, vm: '*', migrate: anywhere"))));
        Assert.Empty(_scratch.Errors(Text(vm, "at: 1ms, vm: still, migrate: h-1")));
        Assert.Contains("11: VM 'still' is pinned to 'h-2' and stays there when that is drained",
            _scratch.Warnings(Text(vm, "at: 1ms, host: h-2, drain: true")));
    }

    [Theory]
    [InlineData("at: 1ms, host: h-1, drain: true",
        "5: 'drain' is for events of one of several hosts; write 'hosts' in place of 'host' in the scenario")]
    [InlineData("at: 1ms, link: down", "5: 'link' is for events of one of several hosts; write 'hosts' in place of 'host' in the scenario")]
    [InlineData("at: 1ms, power: on", "5: the power is not away; it cannot come back")]
    [InlineData("at: 1ms, power: off }\n  - { at: 2ms, power: on, for: 1ms",
        "6: 'for' is how long the power or a link is away; leave it out here")]
    [InlineData("at: 1ms, power: off }\n  - { at: 2ms, power: off",
        "6: the power has been away since 1ms and comes back never; it cannot fail before")]
    [InlineData("at: 1ms, vm: a, stop: true, for: 1ms", "5: 'for' is how long the power or a link is away; leave it out here")]
    [InlineData("at: 1ms, vm: a, migrate: h-1",
        "5: 'migrate' moves a VM from one of several hosts to another; write 'hosts' in place of 'host' in the scenario")]
    [InlineData("at: 1ms, power: off, for: 0s, every: 1ms",
        "5: 'every' is for an event that happens to several in turn; 'power' happens to the one host")]
    public void Where_there_is_a_single_host_they_are_an_error(string change, string expected) =>
        Assert.Equal(expected, Assert.Single(_scratch.Errors($"duration: 1s\nvms:\n{ScratchScenario.Vm}\nevents:\n  - {{ {change} }}\n")));

    [Fact]
    public void More_events_than_anybody_means_are_an_error_however_they_are_written()
    {
        var errors = _scratch.Errors("duration: 1s\nvms:\n  - { name: b, count: 9000, workload: { cpu: "
            + "5% } }\nevents:\n  - { at: 10ms, vm: '*', stop: true }\n  - { at: 11ms, vm: '*', stop: true }\n");

        Assert.Equal("4: there are 18000 events or more, those of a pattern counted singly; at most 10000 are allowed",
            Assert.Single(errors));
    }

    [Fact]
    public void What_will_not_happen_is_a_warning()
    {
        var warnings = _scratch.Warnings(Text("", "at: 2s, host: h-1, drain: true", "at: 990ms, host: h-2, power: off, for: 50ms"));

        Assert.Equal(
            ["4: host 'later' has 'start: false' and no event starts it",
                "10: this event is after the end of the run, at 1s, and will not happen"],
            warnings);
    }

    private HostEvent[] Events(params string[] events) => [.. _scratch.Spec(Text("", events)).Cluster!.Events];

    private ScenarioEvent[] OfVms(params string[] events) => [.. _scratch.Spec(Text("", events)).Events];

    private static string Text(string vms, params string[] events) => $"""
        duration: 1s
        hosts:
          - count: 2
          - name: later
            start: false
        vms:
          - {"{ name: a, storage: { size: 1MiB }, workload: { rw: randread } }"}
          - {"{ name: b, count: 2, storage: { size: 1MiB }, workload: { rw: randread } }"}
        {vms}events:
        {string.Join('\n', events.Select(e => $"  - {{ {e} }}"))}
        """;
}
