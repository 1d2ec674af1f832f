using Mbsa.Model.Scenario;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class ClusterScenarioTests : IDisposable
{
    private const string Vms = """
        vms:
          - { name: a, host: h-1, storage: { size: 1MiB }, workload: { rw: randread } }
          - { name: b, count: 2, storage: { size: 1MiB }, workload: { rw: randread } }
        """;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Hosts_are_counted_or_listed_and_those_without_a_name_are_numbered_through_the_file()
    {
        Assert.Equal(["h-1", "h-2", "h-3"], Cluster("hosts: { count: 3 }").Hosts.Select(h => h.Name));
        Assert.Equal(["h-1"], Cluster("hosts: {}").Hosts.Select(h => h.Name));
        Assert.Equal(
            ["h-1", "big", "small-1", "small-2", "h-2", "h-3"],
            Cluster("hosts: [ { machine: paper }, { name: big, machine: generic-4core }, { name: "
                + "small, count: 2 }, { count: 2, start: false } ]").Hosts.Select(h => h.Name));
    }

    [Fact]
    public void A_host_of_several_has_all_that_the_only_one_has()
    {
        var cluster = Cluster(
            "hosts: [ { scheduler: { policy: fair, quantum: 50us }, nvm: { size: 64MiB, device: dram } }, { start: false } ]");

        Assert.Equal(("fair", 50_000L, 64L << 20, "dram"), (cluster.Hosts[0].Host.Policy,
            cluster.Hosts[0].Host.QuantumNs, cluster.Hosts[0].Host.NvmSizeBytes, cluster.Hosts[0].Host.Device.Name));
        Assert.Equal((true, false), (cluster.Hosts[0].IsThereAtOnce, cluster.Hosts[1].IsThereAtOnce));
    }

    [Fact]
    public void What_is_not_said_is_as_usual()
    {
        var spec = _scratch.Spec(With("hosts: { count: 2 }"));

        Assert.Equal(new NetworkSpec(), spec.Cluster!.Network);
        Assert.Equal(new MigrationSpec(), spec.Cluster.Migration);
        Assert.Equal((PlacementRule.BestFit, ClusterSpec.DefaultEpochNs, 1L << 30),
            (spec.Cluster.Placement, spec.Cluster.EpochNs, spec.Cluster.Hosts[0].Host.NvmSizeBytes));
        Assert.Same(spec.Host, spec.Cluster.Hosts[0].Host);
        Assert.Equal("h-1", spec.Vms[0].PinnedTo);
        Assert.Null(spec.Vms[1].PinnedTo);
        Assert.Null(_scratch.Spec("duration: 1s\nvms:\n" + ScratchScenario.Vm).Cluster);
    }

    [Fact]
    public void Network_placement_epoch_and_migration_are_read()
    {
        var cluster = Cluster("hosts: { count: 2 }", "placement: spread",
            "network: { bandwidth: 10Gbit/s, latency: 5us }", "epoch: 2ms", "migration: { downtime: 1ms, rounds: 3 }");

        Assert.Equal(new NetworkSpec(1.25e9, 5_000), cluster.Network);
        Assert.Equal(new MigrationSpec { DowntimeNs = 1_000_000, MaxRounds = 3 }, cluster.Migration);
        Assert.Equal((PlacementRule.Spread, 2_000_000L), (cluster.Placement, cluster.EpochNs));
    }

    [Fact]
    public void A_run_shorter_than_the_usual_epoch_is_one_epoch() =>
        Assert.Equal(1_000_000, _scratch.Spec(With("hosts: { count: 2 }")
            .Replace("duration: 1s", "duration: 1ms", StringComparison.Ordinal)).Cluster!.EpochNs);

    [Fact]
    public void Where_the_size_of_the_NVM_is_not_said_there_is_room_for_twice_a_fair_part_and_for_whoever_is_pinned()
    {
        var spec = _scratch.Spec("""
            duration: 1s
            hosts: { count: 2 }
            vms:
              - { name: a, count: 6, storage: { size: 1GiB }, workload: { rw: randread } }
              - { name: b, count: 8, host: h-2, storage: { size: 1GiB }, workload: { rw: randread } }
            """);

        Assert.Equal([15L << 30, 15L << 30], spec.Cluster!.Hosts.Select(h => h.Host.NvmSizeBytes));
        Assert.Equal([9L << 30, 13L << 30], _scratch.Spec("""
            duration: 1s
            hosts: { count: 3 }
            vms:
              - { name: b, count: 12, host: h-2, storage: { size: 1GiB }, workload: { rw: randread } }
            """).Cluster!.Hosts.Select(h => h.Host.NvmSizeBytes).Take(2));
    }

    [Fact]
    public void A_tenant_has_the_vms_its_patterns_name_each_once()
    {
        var tenant = Assert.Single(Cluster("hosts: { count: 2 }",
            "tenants: [ { name: acme, vms: [ b-*, b-1, a ], reservation: 400kIOPS } ]").Tenants);

        Assert.Equal(("acme", new Promise(PromiseUnit.OperationsPerSecond, 400_000)), (tenant.Name, tenant.Reservation));
        Assert.Equal([0, 1, 2], tenant.Vms.ToArray());
        Assert.Equal([1, 2], Cluster("hosts: { count: 2 }",
            "tenants: [ { name: acme, vms: b-*, reservation: 1GB/s } ]").Tenants[0].Vms.ToArray());
    }

    [Theory]
    [InlineData("2: 'host' is for a scenario with a single host and 'hosts' for several; write one of the two",
        "host: { machine: paper }", "hosts: { count: 2 }")]
    [InlineData("2: 'placement' is for several hosts; write 'hosts' in place of 'host'", "placement: spread")]
    [InlineData("2: 'tenants' is for several hosts; write 'hosts' in place of 'host'", "tenants: []")]
    [InlineData("2: 'hosts' is empty; a scenario needs at least one host", "hosts: []")]
    [InlineData("2: unknown key of a host 'cout'; did you mean 'count'?", "hosts: { cout: 2 }")]
    [InlineData("2: 'count': a whole number from 1 to 1000 was expected, not '1001'", "hosts: { count: 1001 }")]
    [InlineData("3: there are more than 1000 hosts", "hosts: [ { count: 600 },", "  { count: 600 } ]")]
    [InlineData("2: a host cannot be called 'anywhere', which means something else", "hosts: { name: anywhere }")]
    [InlineData("2: '1a' cannot be a host's name; a letter and then letters, digits, '-' and '_' can, 64 at most", "hosts: { name: 1a }")]
    [InlineData("2: there are two hosts called 'h-1'; the first is on line 2", "hosts: [ { count: 1 }, { name: h, count: 1 } ]")]
    [InlineData("4: a VM and the host on line 2 are both called 'a'; expectations could not tell them apart",
        "hosts: [ { name: a }, { name: h-1 } ]")]
    [InlineData("4: unknown host 'h-1'; did you mean 'g-1'?", "hosts: { name: g, count: 2 }")]
    [InlineData("4: VM 'a' starts at once on 'h-1', which is not there yet; 'start: false' in the VM's entry makes it wait for an event",
        "hosts: { count: 2, start: false }")]
    [InlineData("2: unknown machine 'papr'; did you mean 'paper'?", "hosts: [ { machine: papr }, {} ]")]
    [InlineData("2: the NVM of 1MiB of 'h-1' is too small: one disk of 1MiB in all and their metadata need ",
        "hosts: { count: 2, nvm: { size: 1MiB } }")]
    [InlineData("3: 'payload' is stamp here and none on the hosts before; a VM that moves needs its bytes kept alike everywhere",
        "hosts: [ { nvm: { payload: none } },", "  { nvm: { payload: stamp } } ]")]
    [InlineData("2: 'file': the NVM of 'h-1' and that of 'h-2' cannot be in one file; give each host an entry and a file of its own",
        "hosts: { count: 2, nvm: { file: x.nvm } }")]
    [InlineData("3: 'file': the NVM of 'h-1' and that of 'h-2' cannot be in one file; give each host an entry and a file of its own",
        "hosts: [ { nvm: { file: x.nvm } },", "  { nvm: { file: ./x.nvm } } ]")]
    [InlineData("3: 'epoch': 2s is longer than the run of 1s; nothing would ever be decided", "hosts: {}", "epoch: 2s")]
    [InlineData("3: 'epoch': a time from 10us to ", "hosts: {}", "epoch: 1us")]
    [InlineData("3: unknown placement 'best'; did you mean 'best-fit'?", "hosts: {}", "placement: best")]
    [InlineData("3: 'bandwidth': '25Gb/s' has no unit of a bandwidth; ", "hosts: {}", "network: { bandwidth: 25Gb/s }")]
    [InlineData("3: unknown key of migration 'round'; did you mean 'rounds'?", "hosts: {}", "migration: { round: 3 }")]
    [InlineData("3: 'name' is missing from a tenant; for example 'name: acme'",
        "hosts: {}", "tenants: [ { vms: [ a ], reservation: 1kIOPS } ]")]
    [InlineData("3: 'vms' is missing from a tenant; for example 'vms: [ db-1, web-* ]'",
        "hosts: {}", "tenants: [ { name: t, reservation: 1kIOPS } ]")]
    [InlineData("3: 'reservation' is missing from a tenant; for example 'reservation: 400kIOPS'",
        "hosts: {}", "tenants: [ { name: t, vms: [ a ] } ]")]
    [InlineData("3: unknown VM 'c'; did you mean 'a'?", "hosts: {}", "tenants: [ { name: t, vms: [ c ], reservation: 1kIOPS } ]")]
    [InlineData("3: no VM matches 'c*'; VMs: a, b-1, b-2", "hosts: {}", "tenants: [ { name: t, vms: [ c* ], reservation: 1kIOPS } ]")]
    [InlineData("3: a share is of one host, and a tenant's promise spans several that can differ; write a rate (800MB/s, 400kIOPS)",
        "hosts: {}", "tenants: [ { name: t, vms: [ a ], reservation: 40% } ]")]
    [InlineData("3: a tenant without a promise is none; write a rate above 0 (800MB/s, 400kIOPS)",
        "hosts: {}", "tenants: [ { name: t, vms: [ a ], reservation: none } ]")]
    [InlineData("4: VM 'a' is of tenant 't' already; a VM has one tenant at most", "hosts: {}",
        "tenants: [ { name: t, vms: [ a ], reservation: 1kIOPS },", "  { name: u, vms: [ a ], reservation: 1kIOPS } ]")]
    [InlineData("3: there are two tenants called 't'; the first is on line 3", "hosts: {}",
        "tenants: [ { name: t, vms: [ a ], reservation: 1kIOPS }, { name: t, vms: [ b-1 ], reservation: 1kIOPS } ]")]
    [InlineData("3: a tenant and the VM on line 5 are both called 'a'; expectations could not tell them apart",
        "hosts: {}", "tenants: [ { name: a, vms: [ a ], reservation: 1kIOPS } ]")]
    public void What_cannot_be_meant_is_an_error(string expected, params string[] lines) =>
        Assert.Contains(_scratch.Errors(With(lines)), error => error.StartsWith(expected, StringComparison.Ordinal));

    [Fact]
    public void A_vm_that_names_a_host_where_there_is_only_one_is_an_error() =>
        Assert.Equal("3: VM 'a' names a host, and there is only one; leave 'host' out, or write 'hosts' in the scenario",
            Assert.Single(_scratch.ErrorsOfVm("name: a, host: h-1, storage: { size: 1MiB }, workload: { rw: read }")));

    [Theory]
    [InlineData("qos: { reservation: 10% }", "",
        "5: VM 'a' has a reservation of its own and a part in that of tenant 't'; leave one of them out")]
    [InlineData("", "{ at: 1ms, vm: a, qos: { reservation: 10% } }",
        "5: an event promises VM 'a' something of its own, at 1ms, and it has a part in the promise to tenant 't'; leave one of them out")]
    public void A_vm_of_a_tenant_has_no_promise_of_its_own(string qos, string events, string expected) =>
        Assert.Equal(expected, Assert.Single(_scratch.Errors($$"""
            duration: 1s
            hosts: {}
            tenants: [ { name: t, vms: [ a ], reservation: 1kIOPS } ]
            vms:
              - { name: a, storage: { size: 1MiB }, workload: { rw: read }, {{qos}} }
            events: [ {{events}} ]
            """)));

    [Fact]
    public void A_disk_that_fits_no_host_is_an_error() => Assert.Equal(
        "4: the disk of VM 'a' fits no host: one disk of 8MiB in all and their metadata need 9.123MiB; "
        + "leave 'size' out to get enough; the largest NVM, of 'h-2', has 4MiB",
        Assert.Single(_scratch.Errors("duration: 1s\nhosts: [ { nvm: { size: 2MiB } }, { nvm: { size: "
            + "4MiB } } ]\nvms:\n  - { name: a, storage: { size: 8MiB }, workload: { rw: read } }\n")));

    [Fact]
    public void Nvm_for_fewer_disks_than_there_are_is_a_warning_and_so_is_a_policy_that_keeps_no_promise()
    {
        var warnings = _scratch.Warnings("""
            duration: 1s
            hosts: { count: 2, nvm: { size: 4MiB }, scheduler: { policy: fair } }
            tenants: [ { name: t, vms: [ b-* ], reservation: 1kIOPS } ]
            vms:
              - { name: b, count: 9, storage: { size: 1MiB }, workload: { rw: randread } }
            """);

        Assert.Contains(warnings, w => w.StartsWith("2: the disks of the VMs that start at once need ", StringComparison.Ordinal));
        Assert.Contains("3: policy 'fair' of host 'h-1' keeps no reservations, and so none of a tenant", warnings);
    }

    [Fact]
    public void Reservations_that_are_too_much_for_one_host_are_a_warning_where_all_are_pinned_to_it()
    {
        const string text = """
            duration: 1s
            hosts: { count: 2 }
            vms:
              - { name: a, count: 3, storage: { size: 1MiB }, qos: { reservation: 40% }, workload: { rw: randread }PIN }
            """;

        Assert.Empty(_scratch.Warnings(text.Replace("PIN", "", StringComparison.Ordinal)));
        Assert.Equal(
            "4: reservations add up to 120% of host 'h-2'; VMs whose reservation does not fit will not start",
            Assert.Single(_scratch.Warnings(text.Replace("PIN", ", host: h-2", StringComparison.Ordinal))));
    }

    private ClusterSpec Cluster(params string[] lines) => _scratch.Spec(With(lines)).Cluster!;

    private static string With(params string[] lines)
    {
        var named = string.Join('\n', lines);
        var vms = named.Contains("h-1", StringComparison.Ordinal)
            || named.Contains("hosts: {", StringComparison.Ordinal) || named.Contains("hosts: [", StringComparison.Ordinal)
            ? Vms : Vms.Replace(" host: h-1,", "", StringComparison.Ordinal);
        return $"duration: 1s\n{named}\n{vms}\n";
    }
}
