using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Nvm.Timing;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Files.Profiles;

public sealed class ProfileCatalogTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_program_carries_its_profiles()
    {
        Assert.Equal(["generic-4core", "paper"], ProfileCatalog.MachineNames);
        Assert.Equal(["3d-xpoint", "cxl-dram", "dram", "paper", "pcm", "reram", "stt-mram"], ProfileCatalog.DeviceNames);
        Assert.All(ProfileCatalog.Machines(), m =>
            Assert.True(m is { Description.Length: > 10, Source.Length: > 20, Protection: not null } && m.Paths.Count == 4));
        Assert.All(ProfileCatalog.Devices(), d => Assert.True(d is { Description.Length: > 10, Source.Length: > 20 }));
        Assert.Equal(ProfileCatalog.MachineNames, ProfileCatalog.Machines().Select(m => m.Name));
        Assert.Equal(ProfileCatalog.DeviceNames, ProfileCatalog.Devices().Select(d => d.Name));
    }

    [Fact]
    public void The_devices_are_what_their_sources_say()
    {
        Assert.Equal(
            (21.3e9, 7.1e9, 1.0, 3.0, 1e8),
            ProfileCatalog.Device("paper") is var p
            ? (p.ReadBandwidthBytesPerSecond, p.WriteBandwidthBytesPerSecond, p.ReadLatencyFactor, p.WriteLatencyFactor, p.EnduranceWrites)
            : default);
        Assert.Equal((51.2e9, 51.2e9, double.PositiveInfinity), ProfileCatalog.Device("dram") is var d ? (d.ReadBandwidthBytesPerSecond,
            d.WriteBandwidthBytesPerSecond, d.EnduranceWrites) : default);
    }

    /// <summary>A source is somebody who published it: a paper with its year, a standard, a data sheet.</summary>
    [Fact]
    public void Every_device_names_a_publication_and_is_possible()
    {
        Assert.All(ProfileCatalog.Devices(), device =>
        {
            Assert.Matches("(19|20)[0-9][0-9]|JESD|[Ss]ection [0-9]|Specification|data sheet", device.Source);
            Assert.True(device.WriteBandwidthBytesPerSecond <= device.ReadBandwidthBytesPerSecond, device.Name);
            Assert.True(device.ReadLatencyFactor >= 1 && device.WriteLatencyFactor >= 1, device.Name);
            Assert.Equal(device.Name.Contains("dram", StringComparison.Ordinal), double.IsInfinity(device.EnduranceWrites));
        });
    }

    /// <summary>From the sources that the files name.</summary>
    [Theory]
    [InlineData("3d-xpoint", 39.4, 13.9, 169.0 / 81, 90.0 / 86, 292e15 / 128e9)]
    [InlineData("pcm", 6.4 / 4.4, 6.4 / 12, 55 / 12.5, 150 / 12.5, 1e8)]
    [InlineData("stt-mram", 8 * 1.333, 8 * 1.333, 1, 1, 1e10)]
    [InlineData("reram", 8, 1.6, 1, 5, 1e6)]
    [InlineData("cxl-dram", 8 * 32 * 128 / 130.0 / 8, 8 * 32 * 128 / 130.0 / 8, 2.2, 1, double.PositiveInfinity)]
    public void What_is_derived_is_derived_as_the_file_says(string name, double readGigabytes,
        double writeGigabytes, double readFactor, double writeFactor, double endurance)
    {
        var device = ProfileCatalog.Device(name);

        Assert.Equal(1, device.ReadBandwidthBytesPerSecond / 1e9 / readGigabytes, 0.01);
        Assert.Equal(1, device.WriteBandwidthBytesPerSecond / 1e9 / writeGigabytes, 0.01);
        Assert.Equal(1, device.ReadLatencyFactor / readFactor, 0.01);
        Assert.Equal(1, device.WriteLatencyFactor / writeFactor, 0.01);
        Assert.True(endurance == device.EnduranceWrites || Math.Abs(device.EnduranceWrites / endurance - 1) < 0.01);
    }

    [Fact]
    public void A_profile_can_be_a_file_anywhere()
    {
        var path = _scratch.Write("cores: 8\nmemoryBandwidth: 1GB/s\npaths: { host: { read: "
            + "{ operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }\n", "big.yaml");

        Assert.Equal(("big", 8), (ProfileCatalog.Machine(path).Name, ProfileCatalog.Machine("big.yaml", _scratch.Folder).Cores));
        Assert.Equal(1e9, ProfileCatalog
            .Device(_scratch.Write("{ readBandwidth: 1GB/s, writeBandwidth: 1GB/s }", "d.yaml")).WriteBandwidthBytesPerSecond);
    }

    [Theory]
    [InlineData("cores: 0", "'cores': a whole number from 1 to 1024 was expected, not '0'")]
    [InlineData("memoryBandwidth: 0GB/s", "'memoryBandwidth': a bandwidth from 1B/s to 1000TB/s was expected, not '0GB/s'")]
    [InlineData("memoryBandwidth: 21", "'memoryBandwidth': '21' has no unit")]
    [InlineData("bandwidth: 1GB/s", "unknown key of a machine 'bandwidth'")]
    [InlineData("paths: {}", "a machine needs the costs of at least one path (memory-bus, host, vhost-bio, virtio-mq)")]
    [InlineData("paths: { vhost-bio: { read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }",
        "'stages' is missing from path vhost-bio; for example 'stages: { submit: 1us, lock: 1us,")]
    [InlineData("paths: { host: { stages: {}, read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }",
        "unknown key of path host 'stages'")]
    [InlineData("paths: { virtio-mq: { stages: { submit: 1us }, read: { operation: 1us, perByte: 1ns }, write: { operation: "
        + "1us, perByte: 1ns } } }", "'lock' is missing from the stages of a conventional path; for example 'lock: 100ns'")]
    [InlineData("paths: { bus: {} }", "unknown key of the paths 'bus'")]
    [InlineData("paths: { host: { read: { operation: 1us, perByte: 1ns } } }", "'write' is missing from path host")]
    [InlineData("paths: { host: { read: { operation: 0ns, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }",
        "'operation': a time from 1ns to 1s was expected, not '0ns'")]
    [InlineData("paths: { host: { includes: cr0, read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }",
        "the figures of path 'host' include protection 'cr0', so the machine needs 'protection' with its costs")]
    [InlineData("paths: { host: { includes: wp, read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }",
        "unknown includes 'wp'; available: none, pte, cr0, cr0-opt, pmap")]
    [InlineData("protection: { exit: 1us }", "'switch' is missing from the costs of protections; for example 'switch: 100ns'")]
    [InlineData("contextSwitch: -1us", "'contextSwitch'")]
    [InlineData("contextSwitch: 3", "'contextSwitch': '3' has no unit")]
    [InlineData("protection: { exits: 1us }", "unknown key of the costs of protections 'exits'; did you mean 'exit'?")]
    [InlineData("paths: { host: { read: { operation: 1us }, write: { operation: 1us, perByte: 1ns } } }",
        "'perByte' is missing from the cost of a read")]
    public void A_machine_that_cannot_be_is_an_error(string line, string expected)
    {
        var key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        string[] right = ["cores: 2", "memoryBandwidth: 1GB/s",
            "paths: { host: { read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }"];
        var path = _scratch.Write(
            string.Join('\n', [line, .. right.Where(r => !r.StartsWith(key + ":", StringComparison.Ordinal))]), "wrong.yaml");

        var error = Assert.Throws<InputException>(() => ProfileCatalog.Machine(path));

        Assert.Equal((path, 1), (error.File, error.Line));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_cannot_be_less_than_the_protection_they_include()
    {
        const string protection = "protection: { switch: 500ns, exit: 0ns, vectorSave: "
            + "0ns, wordPerByte: 0ns, pageChange: 0ns, shootDown: 0ns, map: 0ns, unmap: 0ns }";
        const string paths =
            "paths: { host: { includes: cr0, read: { operation: 1us, perByte: 1ns }, write: { operation: 1us, perByte: 1ns } } }";
        var path = _scratch.Write($"cores: 2\nmemoryBandwidth: 1GB/s\n{paths}\n{protection}\n", "wrong.yaml");

        var error = Assert.Throws<InputException>(() => ProfileCatalog.Machine(path));

        Assert.Equal("the operations of path 'host' take less than protection 'cr0' alone, which they are said to include", error.Message);
    }

    [Theory]
    [InlineData("writeLatencyFactor: 0", "'writeLatencyFactor': a number above 0 and up to 1000 was expected, not '0'")]
    [InlineData("endurance: 0", "'endurance': a number from 1 to")]
    [InlineData("endurance: for ever", "'endurance': 'for ever' is not a number")]
    [InlineData("latency: 3", "unknown key of a device 'latency'")]
    public void A_device_that_cannot_be_is_an_error(string line, string expected)
    {
        var path = _scratch.Write($"readBandwidth: 1GB/s\nwriteBandwidth: 1GB/s\n{line}\n", "wrong.yaml");

        var error = Assert.Throws<InputException>(() => ProfileCatalog.Device(path));

        Assert.Equal(3, error.Line);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_does_not_exist_gets_the_nearest()
    {
        Assert.Equal("unknown machine 'generic-4cores'; did you mean 'generic-4core'?",
            Assert.Throws<InputException>(() => ProfileCatalog.Machine("generic-4cores")).Message);
        Assert.Equal("unknown device 'flash'; available: 3d-xpoint, cxl-dram, dram, paper, pcm, reram, stt-mram",
            Assert.Throws<InputException>(() => ProfileCatalog.Device("flash")).Message);
        Assert.Contains("there is no such file",
            Assert.Throws<InputException>(() => ProfileCatalog.Device("./flash.yaml")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_dram_that_never_wears_out_where_nothing_else_is_said()
    {
        var device = ProfileCatalog.Device(_scratch.Write("{ name: x, readBandwidth: 1GB/s, writeBandwidth: 2GB/s }", "d.yaml"));

        Assert.Equal(new DeviceProfile { Name = "x", ReadBandwidthBytesPerSecond = 1e9, WriteBandwidthBytesPerSecond = 2e9 }, device);
    }
}
