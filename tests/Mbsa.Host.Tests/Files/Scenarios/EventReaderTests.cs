using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class EventReaderTests : IDisposable
{
    private const string Vms = """
        vms:
          - { name: a, vcpus: 2, storage: { size: 1MiB }, workload: { rw: read, numjobs: 2 }, qos: { reservation: 40%, weight: 2 } }
          - { name: b, start: false, storage: { size: 1MiB }, workload: { rw: read } }

        """;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Events_come_in_order_of_time_and_those_of_one_time_in_order_of_the_file()
    {
        var spec = _scratch.Spec($"duration: 1s\n{Vms}events:\n  - {{ at: 20ms, vm: a, failVcpu: "
            + $"1 }}\n  - {{ at: 10ms, vm: b, start: true }}\n  - {{ at: 20ms, vm: a, stop: true }}\n");

        Assert.Equal(
            [
                new(10_000_000, "b", new VmChange.Start()),
                new(20_000_000, "a", new VmChange.FailVcpu(1)),
                new ScenarioEvent(20_000_000, "a", new VmChange.Stop()),
            ],
            spec.Events.ToArray());
        Assert.False(spec.Vms[1].StartsAtOnce);
    }

    [Fact]
    public void A_change_of_promises_keeps_what_it_does_not_name()
    {
        var spec = _scratch.Spec($"""
            duration: 1s
            {Vms}
            events:
              - {"{ at: 30ms, vm: a, qos: { reservation: none } }"}
              - {"{ at: 10ms, vm: a, qos: { limit: 50% } }"}
              - {"{ at: 20ms, vm: a, qos: { weight: 5 } }"}
              - {"{ at: 1ms, vm: b, start: true }"}
            """);

        var changes = spec.Events.Select(e => e.Change).OfType<VmChange.SetQos>().Select(c => c.Qos).ToArray();
        var reserved = new Promise(PromiseUnit.Share, 0.4);
        var limited = new Promise(PromiseUnit.Share, 0.5);
        Assert.Equal(
            [
                new QosSpec { Reservation = reserved, Limit = limited, Weight = 2 },
                new QosSpec { Reservation = reserved, Limit = limited, Weight = 5 },
                new QosSpec { Limit = limited, Weight = 5 },
            ],
            changes);
    }

    [Theory]
    [InlineData("at: 1ms, vm: a", "an event changes one thing, not 0; write one of stop, start, qos, failVcpu, resize, power")]
    [InlineData("at: 1ms, vm: a, stop: true, start: true",
        "an event changes one thing, not 2; write one of stop, start, qos, failVcpu, resize, power")]
    [InlineData("at: 1ms, vm: c, stop: true", "unknown VM 'c'; did you mean 'a'?")]
    [InlineData("vm: a, stop: true", "'at' is missing from an event; for example 'at: 1s'")]
    [InlineData("at: 1ms, stop: true", "'vm' is missing from an event; for example 'vm: writer-1'")]
    [InlineData("at: -1ms, vm: a, stop: true", "'at': '-1ms' is negative")]
    [InlineData("at: 1ms, vm: a, stop: false", "'stop: true' is the only value that means something in an event")]
    [InlineData("at: 1ms, vm: a, stop: 3", "'stop': true or false was expected, not '3'")]
    [InlineData("at: 1ms, vm: a, start: true", "VM 'a' was started before; 'start: false' in its entry makes it wait for this event")]
    [InlineData("at: 1ms, vm: a, failVcpu: 2", "'failVcpu': a whole number from 0 to 1 was expected, not '2'")]
    [InlineData("at: 1ms, vm: a, qos: { limit: 10% }", "the limit of 10% is below the reservation of 40%")]
    [InlineData("at: 1ms, vm: a, resize: 1MiB",
        "'resize': the disk of VM 'a' and its metadata take 1064960 bytes; its child device cannot have fewer")]
    [InlineData("at: 1ms, vm: a, resize: 2000001B", "'resize': 2000001 bytes are not a whole number of blocks of 4096")]
    [InlineData("at: 1ms, vm: a, power: off, for: 1ms",
        "'power' is of the whole host with all its VMs; leave 'vm' out")]
    [InlineData("at: 1ms, power: false", "unknown power 'false'; available: off, on")]
    [InlineData("at: 1ms, power: off, for: 100", "'for': ")]
    [InlineData("at: 1ms, power: off, for: -1ms", "'for': '-1ms' is negative")]
    [InlineData("at: 1ms, power: off, for: 31d", "'for': ")]
    [InlineData("power: off, for: 1ms", "'at' is missing from an event; for example 'at: 1s'")]
    [InlineData("at: 1ms, power: off, for: 1ms, stop: true", "an event changes one thing, not 2")]
    [InlineData("at: 0s, power: off, for: 2ms }\n  - { at: 1ms, power: off, for: 1ms",
        "7: the power has been away since 0ns and comes back at 2ms; it cannot fail before")]
    [InlineData("at: 1ms, vm: a, kill: true", "unknown key of an event 'kill'")]
    public void What_cannot_happen_is_an_error(string change, string expected)
    {
        var errors = _scratch.Errors($"duration: 1s\n{Vms}events:\n  - {{ {change} }}\n");

        Assert.Contains(errors, e => e[0] is '6' or '7' && e.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_child_device_is_resized_in_bytes() =>
        Assert.Equal(new VmChange.Resize(2 << 20),
            Assert.Single(_scratch.Spec($"duration: 1s\n{Vms}events:\n  - {{ at: 20ms, vm: a, resize: 2MiB }}\n").Events).Change);

    [Fact]
    public void The_power_of_the_host_is_away_for_a_time_or_for_none()
    {
        var spec = _scratch.Spec($"duration: 1s\n{Vms}events:\n  - {{ at: 30ms, power: off, for: 0s }}\n  - {{ at: "
            + $"10ms, power: off, for: 20ms }}\n  - {{ at: 1ms, vm: b, start: true }}\n  - {{ at: 40ms, power: off, for: 0s }}\n");

        Assert.Equal([new PowerFailure(10_000_000, 20_000_000), new PowerFailure(30_000_000, 0), new PowerFailure(40_000_000, 0)],
            spec.PowerFailures.ToArray());
        Assert.Equal(new ScenarioEvent(1_000_000, "b", new VmChange.Start()), Assert.Single(spec.Events));
    }

    [Theory]
    [InlineData("{ at: 10ms, power: off }, { at: 30ms, power: on }", 20_000_000)]
    [InlineData("{ at: 10ms, power: off }", 30L * 24 * 3600 * 1_000_000_000 - 10_000_000)]
    public void Without_for_the_power_is_away_until_it_is_switched_on(string events, long outageNs) =>
        Assert.Equal(new PowerFailure(10_000_000, outageNs),
            Assert.Single(_scratch.Spec($"duration: 1s\n{Vms}events: [ {events} ]\n").PowerFailures));

    [Fact]
    public void What_comes_without_power_is_a_warning()
    {
        var warnings = _scratch.Warnings($"duration: 1s\n{Vms}events:\n  - {{ at: 10ms, power: off, for: 20ms }}\n  - {{ at: "
            + $"10ms, vm: b, start: true }}\n  - {{ at: 30ms, vm: a, stop: true }}\n  - {{ at: 29ms, vm: a, failVcpu: 0 }}\n");

        Assert.Equal("9: this event comes while the host has no power, and happens when that is back",
            Assert.Single(warnings, w => w.Contains("power", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_will_not_happen_is_a_warning()
    {
        var warnings = _scratch.Warnings($"duration: 1s\n{Vms}events:\n  - {{ at: 2s, vm: a, stop: true }}\n");

        Assert.Contains("4: VM 'b' has 'start: false' and no event starts it", warnings);
        Assert.Contains("6: this event is after the end of the run, at 1s, and will not happen", warnings);
    }
}
