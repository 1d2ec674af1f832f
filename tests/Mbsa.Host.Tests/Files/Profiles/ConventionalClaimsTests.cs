using Mbsa.Actors.Runs;
using Mbsa.Host.Files.Profiles;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Host.Tests.Files.Profiles;

/// <summary>What the paper says of the conventional architecture (section 4.2), against its machine and device as they ship.</summary>
public sealed class ConventionalClaimsTests
{
    private static readonly MachineProfile _machine = ProfileCatalog.Machine("paper");

    /// <summary>Claim 9: one 4 KiB read at depth 1 takes 42 us from stub 1 to 12, 2 us of it between 6 and 7.</summary>
    [Fact]
    public async Task A_read_at_depth_1_takes_42_us_and_2_of_them_in_the_device()
    {
        var vm = await RunAsync(IoPath.VhostBio, IoPattern.Read, vcpus: 1, depth: 1);

        Assert.Equal(42_000, vm.Stages!.MeanNs.Sum(), 42.0);
        Assert.Equal(2000, vm.Stages.MeanNs[5], 4.0);
        Assert.Equal(42_000, vm.Read.LatencyNs!.Mean, 420.0);
    }

    [Fact]
    public void What_is_fitted_to_it_lies_where_published_figures_put_it()
    {
        var stages = _machine.Paths[IoPath.VhostBio].Stages!;

        Assert.InRange(stages.IdleNs, 10_000, 80_000); // C1E and C3 of Sandy Bridge, Linux drivers/idle/intel_idle.c
        var read = _machine.Paths[IoPath.VhostBio].Read;
        var allNs = stages.RequestNs + stages.EventsNs(_machine.ContextSwitchNs) + read.OperationNs + 4096 * read.NsPerByte;
        Assert.Equal(42_000, allNs - stages.EnterNs, 2.0); // the VCPU's way back into the guest after its kick is not on the I/O's
    }

    /// <summary>Claim 7: vhost-blk and bio-based virtio-blk are far better than data plane and multi-queue. Predicted.</summary>
    [Theory]
    [InlineData(IoPattern.Read)]
    [InlineData(IoPattern.Write)]
    [InlineData(IoPattern.RandRead)]
    [InlineData(IoPattern.RandWrite)]
    public async Task Vhost_bio_is_faster_than_virtio_mq_and_slower_than_the_memory_bus(IoPattern pattern)
    {
        var (bio, mq, bus) = (await SpeedAsync(IoPath.VhostBio, pattern),
            await SpeedAsync(IoPath.VirtioMq, pattern), await SpeedAsync(IoPath.MemoryBus, pattern));

        Assert.InRange(bio / mq, 1.2, 4);
        Assert.InRange(bus / bio, 1.5, 5);
    }

    private static async Task<double> SpeedAsync(IoPath path, IoPattern pattern)
    {
        var vm = await RunAsync(path, pattern, vcpus: 4, depth: 32);
        return vm.Read.Bytes + vm.Write.Bytes;
    }

    private static async Task<VmResult> RunAsync(IoPath path, IoPattern pattern, int vcpus, int depth)
    {
        var scenario = new ScenarioSpec
        {
            Name = "claims",
            WarmupNs = 5_000_000,
            DurationNs = 50_000_000,
            Host = new HostSpec
            {
                Machine = _machine,
                Device = ProfileCatalog.Device("paper"),
                NvmSizeBytes = 1L << 30,
                Payload = PayloadKind.None,
                QuantumNs = HostSpec.DefaultQuantumNs(ClockKind.Virtual),
                Policy = "fair",
            },
            Vms =
            [
                new VmSpec
                {
                    Name = "vm",
                    Vcpus = vcpus,
                    Storage = new StorageSpec(path, 256 << 20)
                    { Protection = path == IoPath.MemoryBus ? ProtectionMethod.Cr0Opt : ProtectionMethod.Cr0 },
                    Jobs =
                    [
                        new JobSpec
                        {
                            Name = "job",
                            Pattern = pattern,
                            NumJobs = vcpus,
                            TimeBased = true,
                            Engine = path != IoPath.MemoryBus && depth > 1 ? IoEngine.Asynchronous : IoEngine.Synchronous,
                            IoDepth = depth,
                        },
                    ],
                },
            ],
        };
        var result = await ScenarioRun.Start(scenario).Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Empty(result.Problems);
        return result.Vms[0];
    }
}
