using Mbsa.Actors.Runs;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>
/// A device in a file is there for the next run, with all that is on it; a device that is not what the scenario asks for is left alone.
/// </summary>
[Collection(WallClock.Name)]
public sealed class DeviceFileTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-run-file-").FullName;

    public static TheoryData<ClockKind> Clocks => [ClockKind.Virtual, ClockKind.Wall];

    private string FilePath => Path.Combine(_folder, "device.nvm");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_on_a_new_file_is_the_same_as_one_without()
    {
        var inMemory = await InMemory(Lab.Vm("a", IoPattern.RandReadWrite), Lab.Vm("b", IoPattern.Write)).RunAsync();
        var inFile = await InFile(Lab.Vm("a", IoPattern.RandReadWrite), Lab.Vm("b", IoPattern.Write)).RunAsync();

        Assert.Equal((inMemory.TraceHash, 0), (inFile.TraceHash, inFile.Problems.Length));
        Assert.Equal(inMemory.Totals(), inFile.Totals());
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task Disks_and_their_bytes_are_there_for_the_next_run(ClockKind clock)
    {
        var writer = Lab.Vm("a", IoPattern.Write, vcpus: 1) with
        { Jobs = [Lab.Job(IoPattern.Write, 1) with { Verify = VerifyMethod.Crc32c }] };
        Assert.Empty((await On(clock, InFile(writer)).RunAsync()).Problems);
        var before = Look();

        var second = await On(clock, InFile(Lab.Vm("a", IoPattern.Read), Lab.Vm("b")) with { Seed = 2 }).RunAsync();

        Assert.Empty(second.Problems);
        var after = Look();
        Assert.Equal(before.DiskId, after.DiskId);
        Assert.Equal(before.FirstBlock, after.FirstBlock);
        Assert.True(after.IsClean);
        Assert.Equal("MBSAVRFY"u8, after.FirstBlock.AsSpan(0, 8));
        Assert.Equal(["a", "b"], after.Children);
    }

    [Fact]
    public async Task A_stopped_vm_leaves_its_child_device_in_the_file()
    {
        await InFile(Lab.Vm("a"), Lab.Vm("b")).At(Lab.Millisecond, "a", new VmChange.Stop()).RunAsync();

        Assert.Equal(["a", "b"], Look().Children);
    }

    [Fact]
    public async Task What_is_not_what_the_scenario_asks_for_is_refused_and_left_alone()
    {
        var vm = Lab.Vm("a", IoPattern.Write);
        var scenario = InFile(vm);
        await scenario.RunAsync();
        var bytes = await File.ReadAllBytesAsync(FilePath);

        AssertRefused(scenario.With(h => h with { NvmSizeBytes = 64 * MiB }),
            "GMB: the device has 33554432 bytes, the scenario asks for 67108864; write 'size: 33554432B'");
        AssertRefused(scenario.With(h => h with { NvmDeviceId = Guid.Empty }),
            "the scenario asks for 00000000-0000-0000-0000-000000000000");
        AssertRefused(scenario with { Vms = [vm with { Storage = new StorageSpec(IoPath.MemoryBus, 8 * MiB) }] },
            "child device 'a': its virtual disk has 4194304 bytes, the scenario asks for 8388608; write 'size: 4194304B'");
        AssertRefused(scenario with { Vms = [vm with { Storage = new StorageSpec(IoPath.MemoryBus, MiB) }] },
            "the scenario asks for 1048576");
        AssertRefused(scenario with { Vms = [vm with { Storage = new StorageSpec(IoPath.Host, 4 * MiB) }] },
            "it holds a virtual disk, which path 'host' would overwrite");

        Assert.Equal(bytes, await File.ReadAllBytesAsync(FilePath));
        Assert.Empty((await scenario.With(h => h with { NvmSizeBytes = 64 * MiB, NvmSizeIsAskedFor = false }).RunAsync()).Problems);
    }

    [Fact]
    public async Task A_device_without_room_for_all_disks_is_refused_before_the_run_and_left_alone()
    {
        VmSpec Sized(string name, long sizeBytes) => Lab.Vm(name) with { Storage = new StorageSpec(IoPath.MemoryBus, sizeBytes) };
        ScenarioSpec AsItIs(params VmSpec[] vms) => InFile(vms).With(h => h with { NvmSizeIsAskedFor = false });
        await InFile(Sized("a", 4 * MiB)).RunAsync();
        var bytes = await File.ReadAllBytesAsync(FilePath);

        // Each of the two would fit alone; that of "a" is there already and takes nothing.
        AssertRefused(AsItIs(Sized("a", 4 * MiB), Sized("b", 14 * MiB), Sized("c", 14 * MiB)),
            "data area: the device is too small: 2 VMs ('b', 'c') still need ");
        AssertRefused(AsItIs(Sized("b", 40 * MiB)), "the device is too small: VM 'b' still needs ");
        AssertRefused(AsItIs(Lab.Vm("r") with { Storage = new StorageSpec(IoPath.Host, 32 * MiB) }),
            "of 33554432 are free; name a larger device");

        Assert.Equal(bytes, await File.ReadAllBytesAsync(FilePath));
        Assert.Empty((await AsItIs(Sized("a", 4 * MiB), Sized("b", 14 * MiB)).RunAsync()).Problems);
    }

    [Fact]
    public async Task A_raw_child_device_grows_when_the_scenario_asks_for_more_and_is_refused_when_for_less()
    {
        VmSpec Raw(long sizeBytes) => Lab.Vm("a") with { Storage = new StorageSpec(IoPath.Host, sizeBytes) };
        await InFile(Raw(4 * MiB)).RunAsync();
        Assert.Empty((await InFile(Raw(6 * MiB)).RunAsync()).Problems);

        AssertRefused(InFile(Raw(4 * MiB)), "child device 'a': it has 6291456 bytes, the scenario asks for 4194304");
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        Assert.Equal(6 * MiB, Assert.Single(device.Children).SizeBytes);
    }

    [Fact]
    public async Task A_damaged_disk_is_not_formatted_anew()
    {
        await InFile(Lab.Vm("a", IoPattern.Write)).RunAsync();
        Damage(0, 4096);

        AssertRefused(InFile(Lab.Vm("a", IoPattern.Write)), "super block: neither copy is valid");
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task A_child_device_is_resized_while_its_vm_and_others_run(ClockKind clock)
    {
        var scenario = On(clock, InFile(Lab.Vm("a", IoPattern.RandReadWrite), Lab.Vm("b", IoPattern.RandReadWrite)))
            .At(5 * Lab.Millisecond, "a", new VmChange.Resize(12 * MiB))
            .At(10 * Lab.Millisecond, "a", new VmChange.Resize(8 * MiB))
            .At(12 * Lab.Millisecond, "b", new VmChange.Resize(30 * MiB))
            .At(13 * Lab.Millisecond, "b", new VmChange.Resize(MiB));
        scenario = scenario with
        {
            Vms =
            [.. scenario.Vms.Select(vm => vm with { Jobs = [vm.Jobs[0] with { Verify = VerifyMethod.Crc32c }] })]
        };
        var result = await scenario.RunAsync();

        Assert.Equal(2, result.Problems.Length);
        Assert.StartsWith("b: not resized: data area: the device is too small", result.Problems[0], StringComparison.Ordinal);
        var used = VirtualDisks.RequiredBytes(4 * MiB);
        Assert.StartsWith($"b: not resized: child device 'b': it cannot have 1048576 bytes: {used} of its {used} are used",
            result.Problems[1], StringComparison.Ordinal);
        Assert.All(result.Vms, vm => Assert.True(vm.BlocksVerified > 0 && vm.BlocksWrong == 0 && vm.State == VmState.Running));
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        Assert.Equal(8 * MiB, device.Children.Single(child => child.Name == "a").SizeBytes);
    }

    private static ScenarioSpec InMemory(params VmSpec[] vms) => Lab.Scenario(vms).With(h => h with { NvmSizeBytes = 32 * MiB });

    private ScenarioSpec InFile(params VmSpec[] vms) => InMemory(vms).With(h => h with { NvmFile = FilePath });

    private static ScenarioSpec On(ClockKind clock, ScenarioSpec scenario) =>
        (clock == ClockKind.Virtual ? scenario : scenario with { Clock = clock, DurationNs = 40 * Lab.Millisecond })
        .With(h => h with { Payload = PayloadKind.Full });

    private static void AssertRefused(ScenarioSpec scenario, string expected)
    {
        var ledger = new MemoryLedger();
        Assert.Contains(expected, Assert.Throws<NvmException>(() => ScenarioRun.Start(scenario, ledger)).Message, StringComparison.Ordinal);
        Assert.True(ledger.IsEmpty, ledger.Describe());
    }

    private (Guid DiskId, bool IsClean, byte[] FirstBlock, string[] Children) Look()
    {
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        using var area = device.Map(device.Children.Single(child => child.Name == "a"));
        using var disk = VirtualDisks.Mount(area);
        using var session = disk.OpenSession();
        var block = new byte[4096];
        session.Read(0, block);
        return (disk.DiskId, disk.WasClean, block, [.. device.Children.Select(child => child.Name).Order()]);
    }

    private void Damage(params long[] places)
    {
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        using var area = device.Map(device.Children[0]);
        using var lease = area.Lease();
        foreach (var place in places)
        {
            lease.Write(place + 40, "damage"u8);
        }
    }
}
