using CsCheck;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Vm.Paths;

namespace Mbsa.Host.Tests.Files.Profiles;

public sealed class MachineProfileWriterTests : IDisposable
{
    private static readonly Gen<OperationCost> _cost =
        Gen.Select(Gen.Double[1, 1e6], Gen.Double[0, 100], Gen.Double[0, 1e4], (o, b, r) => new OperationCost(o, b, r));

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_profile_reads_back_as_it_was_written() =>
        Gen.Select(Gen.String, Gen.Int[1, 1024], Gen.Double[1, 1e15], Gen.Select(_cost, _cost), Gen.Select(_cost, _cost)).Sample(
            (text, cores, bandwidth, bus, host) => Same(new MachineProfile
            {
                Name = "m" + Clean(text),
                Description = Clean(text),
                Source = "line: one\nline # two " + Clean(text),
                Cores = cores,
                MemoryBandwidthBytesPerSecond = bandwidth,
                Paths = new Dictionary<IoPath, PathCosts>
                { [IoPath.MemoryBus] = new(bus.Item1, bus.Item2), [IoPath.Host] = new(host.Item1, host.Item2) },
            }),
            iter: 200, threads: 1);

    [Fact]
    public void The_profiles_of_the_program_read_back_too()
    {
        foreach (var profile in ProfileCatalog.Machines())
        {
            Same(profile);
        }
    }

    [Fact]
    public void A_comment_stands_at_the_head() =>
        Assert.StartsWith("# Measured.\n# Twice.\nname: \"paper\"\n",
            MachineProfileWriter.Write(ProfileCatalog.Machine("paper"), "Measured.\nTwice."), StringComparison.Ordinal);

    /// <summary>A lone half of a surrogate pair cannot be written to any file.</summary>
    private static string Clean(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));

    private void Same(MachineProfile profile)
    {
        var read = ProfileCatalog.Machine(_scratch.Write(MachineProfileWriter.Write(profile, "comment"), "written.yaml"));

        Assert.Equal(profile with { Paths = read.Paths }, read);
        Assert.Equal(profile.Paths.OrderBy(p => p.Key), read.Paths.OrderBy(p => p.Key));
    }
}
