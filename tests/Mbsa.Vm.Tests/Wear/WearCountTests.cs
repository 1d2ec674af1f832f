using Mbsa.Nvm;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

public sealed class WearCountTests
{
    [Theory]
    [InlineData("due-time", "q=16", 16)]
    [InlineData("due-time", "q=100", 64)]
    [InlineData("due-time", "", 128)]
    [InlineData("threshold", "", 128)]
    [InlineData("start-gap", "psi=1000000", 128)]
    public void After_a_power_failure_counts_are_off_by_half_an_interval_at_most(string policy, string parameters, int interval)
    {
        using var wear = new WearDisk(policy, parameters, 64);
        using var session = wear.Disk.OpenSession();
        for (var i = 0; i < 20_000; i++)
        {
            session.WriteNothing(i % (1 + i % 64) * 4096L, 4096);
        }

        using var left = wear.Snapshot();
        using var crashed = VirtualDisks.Mount(left.Area);
        var (real, assumed) = (wear.Disk.CountWear().Writes, crashed.CountWear().Writes);
        Assert.Contains(real, count => count > interval);
        for (var block = 0; block < real.Length; block++)
        {
            Assert.InRange(assumed[block] - (long)real[block], -interval / 2, interval / 2);
        }
    }

    [Fact]
    public void Counts_without_levelling_go_on_over_mounts_too()
    {
        using var wear = new WearDisk("none", "", 1000);
        using (var session = wear.Disk.OpenSession())
        {
            session.WriteNothing(999 * 4096, 4096);
        }

        wear.Remount();
        using (var session = wear.Disk.OpenSession())
        {
            session.WriteNothing(999 * 4096, 4096);
            session.WriteNothing(0, 4096);
        }

        wear.Remount();
        var counts = wear.Disk.CountWear().Writes;
        Assert.Equal((1u, 2u, 3L), (counts[0], counts[999], counts.Sum(count => (long)count)));
    }

    [Fact]
    public void A_damaged_count_is_seen_and_its_block_named()
    {
        using var wear = new WearDisk("none", "", 1000);
        using (var session = wear.Disk.OpenSession())
        {
            session.WriteNothing(0, 1000 * 4096);
        }

        var table = wear.Disk.Geometry.WearMetadataFirstBlock * 4096;
        wear.Remount();
        for (var bit = 0; bit < 64; bit++)
        {
            wear.Test.Damage(table + 700 * 8 + bit / 8, value => (byte)(value ^ (1 << (bit % 8))));
            Assert.Equal("wear counts: the count of physical block 700 is damaged",
                Assert.Throws<NvmException>(() => VirtualDisks.Mount(wear.Test.Area)).Message);
            wear.Test.Damage(table + 700 * 8 + bit / 8, value => (byte)(value ^ (1 << (bit % 8))));
        }
    }

    [Fact]
    public void Life_is_projected_from_the_most_written_block()
    {
        var wear = new WearSummary("x", Writes: 400, ExtraWrites: 10, Max: 20, Mean: 10, CoefficientOfVariation: 0.5);

        Assert.Equal(new EnduranceProjection(0.2, 2000, 0.5), EnduranceProjection.Of(wear, 100));
        Assert.Equal(new EnduranceProjection(0, double.PositiveInfinity, 0.5), EnduranceProjection.Of(wear, double.PositiveInfinity));
        Assert.Equal(new EnduranceProjection(0, double.PositiveInfinity, 1),
            EnduranceProjection.Of(wear with { Writes = 0, Max = 0, Mean = 0 }, 100));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnduranceProjection.Of(wear, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnduranceProjection.Of(wear, double.NaN));
    }
}
