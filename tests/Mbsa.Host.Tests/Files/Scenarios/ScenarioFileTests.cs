using Mbsa.Host.Files.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Vm;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class ScenarioFileTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_least_a_scenario_can_say_gets_the_defaults()
    {
        var spec = _scratch.Spec(ScratchScenario.With());

        Assert.Equal(("test", 1UL, ClockKind.Virtual, 1_000_000_000L, 0L),
            (spec.Name, spec.Seed, spec.Clock, spec.DurationNs, spec.WarmupNs));
        Assert.Null(spec.WindowNs);
        Assert.Equal(LatencySampling.Sampled, spec.Latency);
        Assert.Equal(("paper", "paper", 1L << 30, "plan", 25_000L),
            (spec.Host.Machine.Name, spec.Host.Device.Name, spec.Host.NvmSizeBytes, spec.Host.Policy, spec.Host.QuantumNs));
        Assert.Equal(PayloadKind.None, spec.Host.Payload);
        var vm = Assert.Single(spec.Vms);
        Assert.Equal(("a", 1, true, new StorageSpec(IoPath.MemoryBus, 1 << 20)), (vm.Name, vm.Vcpus, vm.StartsAtOnce, vm.Storage!));
        Assert.Equal(QosSpec.BestEffort, vm.Qos);
        Assert.Equal(("a", IoPattern.RandRead, true), (vm.Jobs[0].Name, vm.Jobs[0].Pattern, vm.Jobs[0].TimeBased));
    }

    [Theory]
    [InlineData("host: { scheduler: { policy: plan, quantum: 25us, order: share } }", ServiceOrder.Share)]
    [InlineData("host: { scheduler: { order: serial } }", ServiceOrder.Serial)]
    [InlineData("host: { scheduler: { policy: plan } }", ServiceOrder.Share)]
    [InlineData("hosts: { count: 2, scheduler: { order: serial } }", ServiceOrder.Serial)]
    [InlineData("host: { scheduler: plan }", ServiceOrder.Share)]
    [InlineData("seed: 1", ServiceOrder.Share)]
    public void Sharing_is_the_default_and_serial_can_be_asked_for(string line, ServiceOrder expected)
    {
        var spec = _scratch.Spec(ScratchScenario.With(line));

        Assert.Equal(expected, spec.Host.Order);
        Assert.All(spec.Cluster?.Hosts ?? [], host => Assert.Equal(expected, host.Host.Order));
        Assert.Empty(_scratch.Warnings(ScratchScenario.With(line)));
    }

    [Theory]
    [InlineData("host: { scheduler: { policy: fair, order: serial } }", "virtual",
        "3: policy 'fair' has no order of service, so 'order' changes nothing; 'plan' has")]
    [InlineData("host: { scheduler: { policy: none, order: share } }", "virtual",
        "3: policy 'none' has no order of service, so 'order' changes nothing; 'plan' has")]
    [InlineData("host: { scheduler: { order: serial } }", "wall",
        "3: 'order' is of the virtual clock: real cores share bus and NVM whatever it says")]
    public void An_order_that_nobody_goes_by_is_a_warning(string host, string clock, string expected) =>
        Assert.Equal([expected], _scratch.Warnings(ScratchScenario.With($"clock: {clock}", host)));

    [Fact]
    public void Defaults_follow_the_clock()
    {
        var host = _scratch.Spec(ScratchScenario.With("clock: wall")).Host;

        Assert.Equal((PayloadKind.Full, 200_000L), (host.Payload, host.QuantumNs));
    }

    [Fact]
    public void The_command_line_wins_over_the_file_and_defaults_follow_it()
    {
        var text = ScratchScenario.With("seed: 3", "clock: virtual", "windows: 10ms", "host: { scheduler: { policy: fair } }");
        var spec = _scratch.Spec(text, new ScenarioOverrides
        {
            Clock = ClockKind.Wall,
            Policy = "none",
            Seed = 9,
            DurationNs = 5_000_000,
            WindowNs = 1_000_000,
            Path = IoPath.Host,
        });

        Assert.Equal((ClockKind.Wall, 9UL, 5_000_000L, 1_000_000L), (spec.Clock, spec.Seed, spec.DurationNs, spec.WindowNs));
        Assert.Equal(("none", 200_000L, PayloadKind.Full), (spec.Host.Policy, spec.Host.QuantumNs, spec.Host.Payload));
        Assert.Equal(IoPath.Host, spec.Vms[0].Storage!.Path);
    }

    [Fact]
    public void An_impossible_value_on_the_command_line_is_an_error_without_a_line()
    {
        var path = _scratch.Write(ScratchScenario.With());

        Assert.Equal("unknown policy 'fai'; did you mean 'fair'?",
            Assert.Throws<InputException>(() => ScenarioFile.Load(path, new() { Policy = "fai" })).Describe());
        Assert.Contains("a duration from 1us", Assert.Throws<InputException>(() => ScenarioFile.Load(path, new() { DurationNs = -1 }))
            .Describe(), StringComparison.Ordinal);
        Assert.Contains("shorter than 1us", Assert.Throws<InputException>(() => ScenarioFile.Load(path, new() { WindowNs = 0 }))
            .Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host: { nvm: { payload: stamp } }", "verify: meta", PayloadKind.Stamp)]
    [InlineData("seed: 1", "verify: meta", PayloadKind.Stamp)]
    [InlineData("seed: 1", "verify: crc32c", PayloadKind.Full)]
    [InlineData("host: { nvm: { payload: full } }", "verify: meta", PayloadKind.Full)]
    [InlineData("seed: 1", "rw: read", PayloadKind.None)]
    public void A_job_that_verifies_gets_the_payload_it_needs(string host, string option, PayloadKind expected)
    {
        var spec = _scratch.Spec($"duration: 1s\n{host}\nvms: [ {{ name: a, storage: {{ size: 1MiB }}, workload: {{ {option} }} }} ]\n");

        Assert.Equal(expected, spec.Host.Payload);
    }

    [Theory]
    [InlineData("seed: 1", PayloadKind.None)]
    [InlineData("clock: wall", PayloadKind.Full)]
    [InlineData("host: { nvm: { payload: stamp } }", PayloadKind.Stamp)]
    public void What_one_vm_verifies_is_nothing_to_another(string host, PayloadKind expected)
    {
        var spec = _scratch.Spec($"duration: 1s\n{host}\nvms:\n"
            + "  - { name: a, storage: { size: 1MiB }, workload: { verify: meta } }\n"
            + "  - { name: b, storage: { size: 1MiB }, workload: { rw: read } }\n");

        Assert.True(spec.Host.PayloadOf(spec.Vms[0]) >= PayloadKind.Stamp);
        Assert.Equal(expected, spec.Host.PayloadOf(spec.Vms[1]));
    }

    [Theory]
    [InlineData("none", "meta", "3: a job verifies with meta, which needs 'payload: stamp' or more")]
    [InlineData("none", "crc32c", "3: a job verifies with crc32c, which needs 'payload: full' or more")]
    [InlineData("stamp", "crc32c", "3: a job verifies with crc32c, which needs 'payload: full' or more")]
    public void A_payload_that_cannot_be_verified_is_an_error(string payload, string verify, string expected)
    {
        var text = $"duration: 1s\nhost:\n  nvm: {{ payload: {payload} }}\nvms: [ {{ name: "
            + $"a, storage: {{ size: 1MiB }}, workload: {{ verify: {verify} }} }} ]\n";

        Assert.Equal([expected], _scratch.Errors(text));
    }

    [Fact]
    public void Every_error_of_a_file_is_reported_in_order_of_lines()
    {
        var errors = _scratch.Errors("""
            duraton: 1s
            duration: 1s
            clock: vitual
            host: { machine: papr, scheduler: { quantum: -25us, quantm: 1us } }
            vms:
              - name: a
                vcpu: 4
                storage: { size: 1.3k, path: vhost-bo, protection: cr0-opd, wear: due-tme }
                workload: { rw: randread, bs: 3, numjob: 4 }
              - name: a
                workload: { cpu: 100% }
            expect:
              - b.iops > 0IOPS
            """);

        Assert.Equal(
            [
                "1: unknown key of a scenario 'duraton'; did you mean 'duration'?",
                "3: unknown clock 'vitual'; did you mean 'virtual'?",
                "4: unknown key of the scheduler 'quantm'; did you mean 'quantum'?",
                "4: unknown machine 'papr'; did you mean 'paper'?",
                "4: 'quantum': '-25us' is negative; write a time as in 25us (units: ns, us, ms, s, m, h, d, y)",
                "7: unknown key of a VM 'vcpu'; did you mean 'vcpus'?",
                "8: 'size': '1.3k' is not a whole number of bytes",
                "8: unknown path 'vhost-bo'; did you mean 'vhost-bio'?",
                "8: unknown protection 'cr0-opd'; did you mean 'cr0-opt'?",
                "8: unknown wear 'due-tme'; did you mean 'due-time'?",
                "9: bs=3: 3 bytes; a block must be a multiple of 512",
                "9: numjob=4: no such option; did you mean numjobs?",
                "10: there are two VMs called 'a'; the first is on line 6",
                "13: unknown VM 'b'; did you mean 'a'?",
            ],
            errors.Select(e => e.StartsWith("9: bs=3", StringComparison.Ordinal) ? e[..51] : e));
    }

    [Fact]
    public void Load_throws_the_first_error_and_says_how_many_follow()
    {
        var error = _scratch.LoadFails(ScratchScenario.With("sed: 1", "clock: wal"));

        Assert.Equal(2, error.Line);
        Assert.Equal("unknown key of a scenario 'sed'; did you mean 'seed'? (and 1 more; 'mbsa check' lists them)", error.Message);
    }

    [Theory]
    [InlineData("seed: -1", "'seed': a whole number from 0 to 18446744073709551615 was expected, not '-1'")]
    [InlineData("seed: [1]", "'seed': a whole number was expected, not a list")]
    [InlineData("warmup: 5", "'warmup': '5' has no unit; write a time as in 25us (units: ns, us, ms, s, m, h, d, y)")]
    [InlineData("warmup: -5s", "'warmup': '-5s' is negative; write a time as in 25us (units: ns, us, ms, s, m, h, d, y)")]
    [InlineData("warmup: 1e300s", "'warmup': '1e300s' is too large")]
    [InlineData("windows: 2s", "'windows': a window is longer than the duration")]
    [InlineData("windows: 1us", "'windows': there would be 1000000 windows; at most 100000 are kept, so write longer ones")]
    [InlineData("latencies: some", "unknown latencies 'some'; available: sampled, every")]
    [InlineData("host: paper", "'paper' stands where keys of the host (machine, nvm, scheduler) should stand")]
    [InlineData("host: { scheduler: { quantum: 1ns } }", "'quantum': a time from 1us to 1s was expected, not '1ns'")]
    [InlineData("host: { scheduler: { order: seriall } }", "unknown order 'seriall'; did you mean 'serial'?")]
    [InlineData("host: { scheduler: plann }", "unknown scheduler 'plann'; did you mean 'plan'?")]
    [InlineData("host: { scheduler: [plan] }", "a list stands where keys of the scheduler (policy, quantum, order) should stand")]
    [InlineData("host: { scheduler: { order: fifo } }", "unknown order 'fifo'; available: share, serial")]
    [InlineData("host: { machine: [paper] }", "'machine': a name, a path or the keys of a machine were expected, not a list")]
    [InlineData("host: { nvm: { device: dran } }", "unknown device 'dran'; did you mean 'dram'?")]
    [InlineData("host: { nvm: { size: 1MiB } }",
        "the NVM of 1MiB is too small: one disk of 1MiB in all and their metadata need 2.026MiB; leave 'size' out to get enough")]
    [InlineData("host: { nvm: { file: \"a\\0b\" } }", "'file': 'a?b' is not a file name")]
    [InlineData("host: { nvm: { file: x, uuid: 12 } }", "'uuid': '12' is none; 'mbsa nvm info FILE' shows the device's")]
    [InlineData("host: { nvm: { uuid: 00000000-0000-0000-0000-000000000001 } }",
        "'uuid' tells a device in a file from others; add 'file', or leave it out")]
    [InlineData("host: { machine: \"./a\\0b\" }", "is not a file name")]
    [InlineData("name: {}", "'name': a text was expected, not a mapping of keys")]
    [InlineData("expect: a.iops > 1IOPS", "'expect': a list was expected (lines that begin with '- '), not 'a.iops > 1IOPS'")]
    [InlineData("expect: [ [] ]", "an expectation was expected, as in 'oltp.p99 <= 40us', not a list")]
    [InlineData("seed: !!int 5", "the tag 'tag:yaml.org,2002:int' is not known; write the value without it")]
    public void A_wrong_value_is_an_error_that_says_what_was_expected(string line, string expected) =>
        Assert.Contains(expected, Assert.Single(_scratch.ErrorsWith(line)), StringComparison.Ordinal);

    [Fact]
    public void A_duration_is_needed_unless_the_command_line_gives_it()
    {
        var path = _scratch.Write($"vms:\n{ScratchScenario.Vm}\n");

        Assert.EndsWith(":1: 'duration' is missing from a scenario; for example 'duration: 2s'",
            Assert.Single(ScenarioFile.Check(path).Errors), StringComparison.Ordinal);
        Assert.Equal(7000, ScenarioFile.Load(path, new() { DurationNs = 7000 }).Spec.DurationNs);
    }

    [Fact]
    public void A_list_of_no_vms_is_an_error() =>
        Assert.Equal(["2: 'vms' is empty; a scenario needs at least one VM"], _scratch.Errors("duration: 1s\nvms: []\n"));

    [Fact]
    public void Nothing_after_a_key_is_as_good_as_no_key()
    {
        var spec = _scratch.Spec(ScratchScenario.With("seed:", "events: ~", "host: { nvm: { file: null } }"));

        Assert.Equal(1UL, spec.Seed);
        Assert.Null(spec.Host.NvmFile);
    }

    [Fact]
    public void A_file_of_the_device_is_relative_to_the_scenario() =>
        Assert.Equal(Path.Combine(_scratch.Folder, "disk.nvm"),
            _scratch.Spec(ScratchScenario.With("host: { nvm: { file: disk.nvm } }")).Host.NvmFile);

    [Fact]
    public void A_device_in_a_file_must_have_the_size_and_uuid_that_are_asked_for_only()
    {
        var any = _scratch.Spec(ScratchScenario.With("host: { nvm: { file: disk.nvm } }")).Host;
        var one = _scratch.Spec(ScratchScenario
            .With("host: { nvm: { file: disk.nvm, size: 2GiB, uuid: 00000000-0000-0000-0000-000000000001 } }")).Host;

        Assert.Equal((false, null), (any.NvmSizeIsAskedFor, any.NvmDeviceId));
        Assert.Equal((true, new Guid("00000000-0000-0000-0000-000000000001")), (one.NvmSizeIsAskedFor, one.NvmDeviceId));
    }

    [Fact]
    public void A_device_gets_room_for_its_disks_rounded_up_to_a_gibibyte()
    {
        var spec = _scratch.Spec("duration: 1s\nvms: [ { name: a, count: 3, storage: { size: 1GiB }, workload: { rw: read } } ]\n");

        Assert.Equal(4L << 30, spec.Host.NvmSizeBytes);
    }

    [Fact]
    public void A_machine_inline_or_from_a_file_beside_the_scenario_can_be_used()
    {
        const string Machine = "{ cores: 2, memoryBandwidth: 10GB/s, paths: { host: { read: "
            + "{ operation: 1us, perByte: 0ns }, write: { operation: 2us, perByte: 1ns } } } }";
        _scratch.Write(Machine, "mine.yaml");

        Assert.Equal(2, _scratch.Spec(Host($"machine: {Machine}", "host")).Host.Machine.Cores);
        Assert.Equal("mine", _scratch.Spec(Host("machine: ./mine.yaml", "host")).Host.Machine.Name);
        Assert.Equal(
            ["4: machine 'mine' has no costs for path 'memory-bus'; it has host"],
            _scratch.Errors(Host("machine: mine.yaml", "memory-bus")));
    }

    [Fact]
    public void An_error_in_a_profile_beside_the_scenario_names_that_file_and_its_line()
    {
        _scratch.Write("cores: 2\nmemorybandwidth: 10GB/s\n", "mine.yaml");

        var error = _scratch.LoadFails(Host("machine: mine.yaml", "host"));

        Assert.Equal((Path.Combine(_scratch.Folder, "mine.yaml"), 1), (error.File, error.Line));
    }

    private static string Host(string machine, string path) =>
        $"duration: 1s\nhost: {{ {machine} }}\nvms:\n  - {{ name: a, storage: "
        + $"{{ size: 1MiB, path: {path} }}, workload: {{ rw: read }} }}\n";
}
