using Mbsa.Actors.Runs;

namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>A tenant of a scenario file, from its first lease to its result.</summary>
public sealed class TenantRunTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_promise_follows_the_demand_to_the_host_where_it_is()
    {
        var spec = _scratch.Spec("""
            duration: 200ms
            hosts: { count: 2, machine: generic-4core, nvm: { size: 1GiB, device: paper } }
            epoch: 10ms
            tenants: [ { name: acme, vms: [ db-* ], reservation: 300kIOPS } ]
            vms:
              - { name: db-1, host: h-1, vcpus: 4, storage: &disk { size: 64MiB }, workload: { rw: randread, numjobs: 4, runtime: 100ms } }
              - { name: db-2, host: h-2, vcpus: 4, storage: *disk, workload: { rw: randread, numjobs: 4, startdelay: 100ms } }
              - { name: greedy-1, host: h-1, vcpus: 4, storage: *disk, qos: { weight: 50 }, workload: { rw: randwrite, numjobs: 4 } }
              - { name: greedy-2, host: h-2, vcpus: 4, storage: *disk, qos: { weight: 50 }, workload: { rw: randwrite, numjobs: 4 } }
            """);

        var result = await ScenarioRun.Start(spec).Completion.WaitAsync(TimeSpan.FromSeconds(60));

        // Each works half of the time; the second waits two epochs at most until the promise has come to it.
        Assert.Empty(result.Problems);
        Assert.True(result.Vms[0].Read.Operations > 0.95 * 30_000, $"{result.Vms[0].Read.Operations}");
        Assert.True(result.Vms[1].Read.Operations > 0.75 * 30_000, $"{result.Vms[1].Read.Operations}");
    }
}
