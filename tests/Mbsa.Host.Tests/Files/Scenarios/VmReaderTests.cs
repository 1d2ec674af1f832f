using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Files.Scenarios;

public sealed class VmReaderTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_count_makes_numbered_vms_even_a_count_of_one()
    {
        var spec = _scratch.Spec(
            "duration: 1s\nvms: [ { name: w, count: 3, workload: { cpu: 5% } }, { name: x, count: 1, workload: { cpu: 5% } } ]\n");

        Assert.Equal(["w-1", "w-2", "w-3", "x-1"], spec.Vms.Select(v => v.Name));
    }

    [Fact]
    public void A_wear_policy_that_is_misspelt_is_one_mistake_and_not_its_parameters_too()
    {
        var errors = _scratch.ErrorsOfVm(
            "name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: duetime, q: 128, atomic: true } }");
        Assert.EndsWith("unknown policy 'duetime'; did you mean 'due-time'?", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vhost-bio", 4, 4000, "16000 I/Os in flight on the one queue of path vhost-bio; 10922 are the most (iodepth x numjobs)")]
    [InlineData("virtio-mq", 4, 20000, "job 'a': iodepth 20000 does not fit the queue of a VCPU; 10922 are the most")]
    public void More_in_flight_than_a_queue_holds_is_an_error(string path, int jobs, int depth, string expected)
    {
        var errors = _scratch.ErrorsOfVm($"name: a, vcpus: {jobs}, workload: {{ rw: read, ioengine: "
            + $"libaio, iodepth: {depth}, numjobs: {jobs} }}, storage: {{ size: 1MiB, path: {path} }}");
        Assert.EndsWith(expected, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wear: due-time", "due-time", "q=128 t=64")]
    [InlineData("wear: { policy: due-time, t: 9, q: 16, atomic: true }", "due-time", "q=16 t=9 atomic")]
    [InlineData("wear: { policy: due-time, atomic: false }", "due-time", "q=128 t=64")]
    [InlineData("wear: { policy: start-gap, psi: 50 }", "start-gap", "psi=50")]
    [InlineData("path: memory-bus", "none", "")]
    public void Wear_is_a_policy_and_its_parameters(string storage, string policy, string parameters)
    {
        var spec =
            _scratch.Spec($"duration: 1s\nvms: [ {{ name: w, storage: {{ size: 1MiB, {storage} }}, workload: {{ rw: write }} }} ]\n");

        Assert.Equal((policy, parameters), (spec.Vms[0].Storage!.WearPolicy, spec.Vms[0].Storage!.WearParameters));
    }

    [Theory]
    [InlineData("name: a, workload: { cpu: 5% } }\n  - { name: a, workload: { cpu: 5% }",
        "there are two VMs called 'a'; the first is on line 3")]
    [InlineData("name: a, count: 2, workload: { cpu: 5% } }\n  - { name: a-2, workload: { cpu: 5% }",
        "there are two VMs called 'a-2'; the first is on line 3")]
    [InlineData("name: host, workload: { cpu: 5% }", "a VM cannot be called 'host': expectations use the word for all VMs together")]
    [InlineData("name: 1st, workload: { cpu: 5% }",
        "'1st' cannot be a VM's name; a letter and then letters, digits, '-' and '_' can, 64 at most")]
    [InlineData("name: a.b, workload: { cpu: 5% }",
        "'a.b' cannot be a VM's name; a letter and then letters, digits, '-' and '_' can, 64 at most")]
    [InlineData("name: \"\", workload: { cpu: 5% }",
        "'' cannot be a VM's name; a letter and then letters, digits, '-' and '_' can, 64 at most")]
    [InlineData("workload: { cpu: 5% }", "'name' is missing from a VM; for example 'name: writer'")]
    [InlineData("name: a", "'workload' is missing from a VM; for example 'workload: { rw: randread, bs: 4k }'")]
    [InlineData("name: a, workload: []", "'workload' has 0 jobs; from 1 to 1000 are allowed")]
    [InlineData("name: a, workload: fast", "'fast' stands where a mapping of keys should stand")]
    [InlineData("name: a, workload: { rw: read }", "job 'a' does I/O, and its VM has no storage; add 'storage: { size: 1GiB }'")]
    [InlineData("name: a, workload: { rw: read, bs: [4k] }, storage: { size: 1MiB }",
        "'bs': a word or number was expected, as in a fio job file, not a list")]
    [InlineData("name: a, vcpus: 0, workload: { cpu: 5% }", "'vcpus': a whole number from 1 to 4096 was expected, not '0'")]
    [InlineData("name: a, vcpus: 5000, workload: { cpu: 5% }", "'vcpus': a whole number from 1 to 4096 was expected, not '5000'")]
    [InlineData("name: a, vcpus: many, workload: { cpu: 5% }", "'vcpus': a whole number from 1 to 4096 was expected, not 'many'")]
    [InlineData("name: a, count: 10001, workload: { cpu: 5% }", "'count': a whole number from 1 to 10000 was expected, not '10001'")]
    [InlineData("name: b, workload: { cpu: 5% } }\n  - { name: a, count: 10000, workload: { cpu: 5% }", "there are more than 10000 VMs")]
    [InlineData("name: a, count: 1000, vcpus: 101, workload: { cpu: 5%, numjobs: 1 }",
        "the VMs up to here have 101000 VCPUs together; at most 100000 are allowed")]
    [InlineData("name: a, count: 1000, workload: { cpu: 5%, numjobs: 201 }",
        "the VMs up to here have 201000 jobs together, clones counted; at most 200000 are allowed")]
    [InlineData("name: a, workload: { cpu: 5% }, start: maybe", "'start': true or false was expected, not 'maybe'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { }", "'size' is missing from storage; for example 'size: 1GiB'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 10 }", "'size': '10' has no unit; write a size as in 512MiB")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: -4k }", "'size': '-4k' is negative")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 5000B }", "'size': 5000 bytes are not a whole number of blocks of 4096")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 8TiB }", "'size': a size from 4KiB to 7TiB was expected, not '8TiB'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, path: bus }", "unknown path 'bus'; available: memory-bus, host")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: nine }", "unknown wear 'nine'; did you mean 'none'?")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, protection: pkey }",
        "unknown protection 'pkey'; available: none, pte, cr0, cr0-opt, pmap")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, protection: { fallback: pte } }",
        "'method' is missing from a protection; for example 'method: cr0-opt'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, protection: { method: pte, falback: pmap } }",
        "unknown key of a protection 'falback'; did you mean 'fallback'?")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, protection: [pte] }", "'protection'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: due-time, q: 5 } }",
        "wear policy 'due-time': 'q=5': a whole number from 16 to 65536 was expected")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: start-gap, atomic: false } }",
        "wear policy 'start-gap' has no parameter 'atomic'; it has psi=N")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: none, q: 128 } }",
        "wear policy 'none' has no parameter 'q'; it has none")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { q: 128 } }",
        "'policy' is missing from wear levelling; for example 'policy: due-time'")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: due-time, q: 16 t=9 } }",
        "wear policy 'due-time': 'q=16_t_9': a whole number from 16 to 65536 was expected")]
    [InlineData("name: a, workload: { cpu: 5% }, storage: { size: 4k, wear: { policy: due-time, q: [16] } }",
        "'q': a number, true or false was expected, not a list")]
    [InlineData("name: a, workload: { rw: read, offset: 1m, size: 1m }, storage: { size: 1MiB }",
        "job 'a': it starts at byte 1048576, but the disk has 1048576 bytes")]
    [InlineData("name: a, workload: { rw: read, bs: 8k }, storage: { size: 4k }", "smaller than one block of 8192 bytes")]
    [InlineData("name: a, workload: { rw: read, numjobs: 3, offset_increment: 1m }, storage: { size: 2MiB }", "job 'a', clone 2")]
    [InlineData("name: a, workload: { rw: read, fio: x.fio }", "'rw' cannot stand beside 'fio'; write it into the job file")]
    [InlineData("name: a, workload: { cpu: 0% }", "cpu=0%")]
    [InlineData("name: a, workload: { rw: randrw, bs: 4k,8k }, storage: { size: 1MiB }",
        "'8k' is no option; in braces a comma ends a value, so put it in quotes: bs: \"4k,8k\"")]
    [InlineData("name: a, workload: { cpu: 50%, rw: read }", "rw=read: does not go with cpu")]
    public void What_is_impossible_for_a_vm_is_an_error_on_its_line(string vm, string expected)
    {
        var errors = _scratch.ErrorsOfVm(vm);

        Assert.Contains(errors, e =>
            e.StartsWith(vm.Contains('\n') ? "4: " : "3: ", StringComparison.Ordinal) && e.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_protection_is_a_name_or_a_method_with_a_fallback()
    {
        Assert.Equal((ProtectionMethod.None, null), Of(""));
        Assert.Equal((ProtectionMethod.Pmap, null), Of(", protection: pmap"));
        Assert.Equal((ProtectionMethod.Cr0Opt, ProtectionMethod.Pte), Of(", protection: { method: cr0-opt, fallback: pte }"));

        (ProtectionMethod, ProtectionMethod?) Of(string protection) =>
            _scratch.Spec($"duration: 1s\nvms: [ {{ name: a, workload: {{ cpu: 5% }}, storage: "
                + $"{{ size: 4k{protection} }} }} ]\n").Vms[0].Storage is { } storage
                ? (storage.Protection, storage.ProtectionFallback) : default;
    }

    [Fact]
    public void The_virtual_clock_needs_a_machine_that_knows_what_protections_cost()
    {
        const string machine = "host: { machine: { cores: 1, memoryBandwidth: 1GB/s, paths: { memory-bus: "
            + "{ read: { operation: 1us, perByte: 0ns }, write: { operation: 1us, perByte: 0ns } } } } }";
        const string vms = "vms: [ { name: a, workload: { cpu: 5% }, storage: { size: 4k, protection: pte } } ]";

        var error = Assert.Single(_scratch.Errors($"duration: 1s\n{machine}\n{vms}\n"));

        Assert.Equal("3: machine 'inline' has no costs for protection 'pte'; "
            + "add 'protection' to its profile, or choose a machine that has it", error);
        Assert.Equal(ProtectionMethod.Pte, _scratch.Spec($"duration: 1s\nclock: wall\n{machine}\n{vms}\n").Vms[0].Storage!.Protection);
    }

    [Theory]
    [InlineData("reservation: 101%", "'reservation': 101% is more than the whole host; at most 100% can be promised")]
    [InlineData("reservation: -1%", "'reservation': '-1%' is negative; write a percentage as in 40%")]
    [InlineData("reservation: 40",
        "'reservation': '40' has no unit of a promise; write a share (40%) or a rate (800MB/s, 200kIOPS), or 'none'")]
    [InlineData("reservation: 5 apples/s", "'reservation': '5 apples/s' has no unit of a bandwidth")]
    [InlineData("reservation: [40%]", "'reservation': a share (40%) or a rate (800MB/s, 200kIOPS) was expected, not a list")]
    [InlineData("limit: 0%", "a limit of 0 would stop the VM for ever; write one above 0, or 'none'")]
    [InlineData("reservation: 40%, limit: 30%", "the limit of 30% is below the reservation of 40%")]
    [InlineData("reservation: 2GB/s, limit: 300MB/s", "the limit of 300MB/s is below the reservation of 2GB/s")]
    [InlineData("weight: 0", "'weight': a number above 0 and up to 1000000 was expected, not '0'")]
    [InlineData("weight: -2", "'weight': a number above 0 and up to 1000000 was expected, not '-2'")]
    [InlineData("weight: NaN", "'weight': a number above 0 and up to 1000000 was expected, not 'NaN'")]
    [InlineData("weight: Infinity", "'weight': a number above 0 and up to 1000000 was expected, not 'Infinity'")]
    [InlineData("weigth: 1", "unknown key of qos 'weigth'; did you mean 'weight'?")]
    public void What_cannot_be_promised_is_an_error(string qos, string expected) =>
        Assert.Contains(expected, Assert.Single(_scratch.ErrorsOfVm($"name: a, workload: {{ cpu: 5% }}, qos: {{ {qos} }}")),
            StringComparison.Ordinal);

    [Fact]
    public void Promises_have_three_units()
    {
        var spec = _scratch.Spec("""
            duration: 1s
            vms:
              - { name: a, workload: { cpu: 5% }, qos: { reservation: 40%, limit: 800MB/s, weight: 2.5 } }
              - { name: b, workload: { cpu: 5% }, qos: { reservation: 200kIOPS, limit: none } }
            """);

        Assert.Equal(new Promise(PromiseUnit.Share, 0.4), spec.Vms[0].Qos.Reservation);
        Assert.Equal(new Promise(PromiseUnit.BytesPerSecond, 8e8), spec.Vms[0].Qos.Limit);
        Assert.Equal(2.5, spec.Vms[0].Qos.Weight);
        Assert.Equal(new Promise(PromiseUnit.OperationsPerSecond, 2e5), spec.Vms[1].Qos.Reservation);
        Assert.Null(spec.Vms[1].Qos.Limit);
    }

    [Fact]
    public void A_promise_that_the_policy_cannot_keep_is_a_warning()
    {
        const string scenario = "duration: 1s\nhost: { scheduler: { policy: fair } }\nvms:\n  - { name: "
            + "a, workload: { cpu: 5% }, qos: { reservation: 40%, weight: 2 } }\n";
        var warning = Assert.Single(_scratch.Warnings(scenario));

        Assert.StartsWith("4: policy 'fair' keeps no reservations", warning, StringComparison.Ordinal);
        Assert.Empty(_scratch.Warnings(scenario.Replace("fair", "plan", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_latency_class_has_a_reservation_a_burst_and_may_be_admitted_as_best_effort()
    {
        var spec = _scratch.Spec("""
            duration: 1s
            vms:
              - { name: a, workload: { cpu: 5% }, qos: { latency: 400us, reservation: 10%, burst: 32, admission: best-effort } }
            """);

        Assert.Equal(
            new QosSpec
            {
                LatencyNs =
                400_000,
                Reservation = new Promise(PromiseUnit.Share, 0.1),
                BurstOperations = 32,
                OrBestEffort = true
            },
            spec.Vms[0].Qos);
        Assert.Contains(
            "the latency class is served first within its reservation; add one",
            Assert.Single(_scratch.ErrorsOfVm("name: a, workload: { cpu: 5% }, qos: { latency: 400us }")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_load_on_the_processor_is_on_every_vcpu()
    {
        var spec = _scratch.Spec("duration: 1s\nvms: [ { name: a, vcpus: 3, workload: { cpu: 60% } } ]\n");

        var job = Assert.Single(spec.Vms[0].Jobs);
        Assert.Equal((IoPattern.Compute, 60, 3), (job.Pattern, job.CpuPercent, job.NumJobs));
        Assert.Null(spec.Vms[0].Storage);
    }

    [Fact]
    public void A_vm_can_have_several_jobs_with_names_of_their_own()
    {
        var spec = _scratch.Spec("duration: 1s\nvms: [ { name: a, storage: { size: "
            + "1MiB }, workload: [ { rw: read }, { rw: write, name: log }, { cpu: 1% } ] } ]\n");

        Assert.Equal(["a.1", "log", "a.3"], spec.Vms[0].Jobs.Select(j => j.Name));
        Assert.Equal(
            ["1: two jobs of this VM are called 'x'; give each a 'name' of its own"],
            _scratch.Errors("{ duration: 1s, vms: [ { name: a, workload: [ { cpu: 1%, name: x }, { cpu: 1%, name: x } ] } ] }"));
    }

    [Fact]
    public void A_job_file_is_relative_to_the_scenario()
    {
        Directory.CreateDirectory(Path.Combine(_scratch.Folder, "jobs"));
        _scratch.Write("[one]\nrw=write\n[two]\nrw=randread\nnumjobs=2\n", "jobs/two.fio");

        var spec = _scratch.Spec("duration: 1s\nvms: [ { name: a, storage: { size: 1MiB }, workload: { fio: jobs/two.fio } } ]\n");

        Assert.Equal([("one", 1), ("two", 2)], spec.Vms[0].Jobs.Select(j => (j.Name, j.NumJobs)));
    }

    [Fact]
    public void A_missing_job_file_is_an_error_of_the_line_that_names_it_and_a_wrong_one_of_its_own()
    {
        _scratch.Write("[one]\nrw=wite\n", "wrong.fio");

        var error = Assert.Single(_scratch.ErrorsOfVm("name: a, storage: { size: 1MiB }, workload: { fio: no.fio }"));
        Assert.Equal($"3: {ScenarioShort(Path.Combine(_scratch.Folder, "no.fio"))}: there is no such file", error);
        error = Assert.Single(_scratch.ErrorsOfVm("name: a, storage: { size: 1MiB }, workload: { fio: wrong.fio }"));
        Assert.StartsWith(Path.Combine(_scratch.Folder, "wrong.fio") + ":2: rw=wite", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Idle_vcpus_are_a_warning() =>
        Assert.Equal(
            ["3: 1 job for 4 VCPUs: the others stay idle; 'numjobs: 4' would keep them all busy"],
            _scratch.Warnings("duration: 1s\nvms:\n  - { name: a, vcpus: 4, storage: { size: 1MiB }, workload: { rw: read } }\n"));

    [Fact]
    public void Ten_thousand_vms_are_read_fast_enough_to_be_tested() =>
        Assert.Equal(10_000, _scratch.Spec("duration: 1s\nvms: [ { name: a, count: 10000, storage: "
            + "{ size: 1MiB }, workload: { rw: read } } ]\nexpect: [ jain(a-*) > 0.9 ]\n").Vms.Length);

    private static string ScenarioShort(string path) => path.Length > 60 ? path[..57] + "..." : path;

    [Theory]
    [InlineData("path: memory-bus", "ioengine: libaio, iodepth: 32",
        "on path memory-bus an I/O is done when it is submitted, so one is in flight per job; use numjobs for more")]
    [InlineData("path: host", "ioengine: libaio, iodepth: 2",
        "on path host an I/O is done when it is submitted, so one is in flight per job; use numjobs for more")]
    [InlineData("path: host", "ioengine: libaio", null)]
    [InlineData("path: memory-bus", "iodepth: 32",
        "a synchronous engine has one I/O in flight per job; use ioengine=libaio, or numjobs for more")]
    public void A_depth_that_cannot_be_reached_is_said(string path, string workload, string? warning)
    {
        var warnings = _scratch.Warnings(
            $"duration: 1s\nvms:\n  - {{ name: a, storage: {{ size: 1MiB, {path} }}, workload: {{ rw: read, {workload} }} }}\n");

        Assert.Equal(warning is null ? 0 : 1, warnings.Count);
        Assert.All(warnings, said => Assert.EndsWith(warning!, said, StringComparison.Ordinal));
    }
}
