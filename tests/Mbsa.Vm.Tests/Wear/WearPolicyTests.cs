using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Wear;

public sealed class WearPolicyTests
{
    [Theory]
    [InlineData("due-time", "", "q=128 t=64")]
    [InlineData("due-time", "t=5", "q=128 t=5")]
    [InlineData("due-time", " atomic  q=16 ", "q=16 t=64 atomic")]
    [InlineData("threshold", "", "threshold=2 unit=64")]
    [InlineData("start-gap", "psi=8", "psi=8")]
    [InlineData("none", "", "")]
    public void Parameters_are_kept_in_full_on_the_disk(string policy, string given, string kept)
    {
        using var wear = new WearDisk(policy, given, 8);

        Assert.Equal((policy, kept), (wear.Disk.Policy.Name, wear.Disk.Policy.Parameters));
        wear.Remount();
        Assert.Equal((policy, kept), (wear.Disk.Policy.Name, wear.Disk.Policy.Parameters));
    }

    [Theory]
    [InlineData("due-time", "q=15", "wear policy 'due-time': 'q=15': a whole number from 16 to 65536 was expected")]
    [InlineData("due-time", "q=", "'q=': a whole number")]
    [InlineData("due-time", "q", "'q=': a whole number")]
    [InlineData("due-time", "t=0", "'t=0'")]
    [InlineData("due-time", "t=-1", "'t=-1'")]
    [InlineData("due-time", "t=99999999999", "'t=99999999999'")]
    [InlineData("due-time", "t=1 t=1", "'t' is given twice")]
    [InlineData("due-time", "atomic=yes", "'atomic' takes no value")]
    [InlineData("due-time", "psi=100", "has no parameter 'psi'; it has q=N, t=N, atomic")]
    [InlineData("none", "x", "has no parameter 'x'; it has none")]
    [InlineData("start-gap", "psi=7", "'psi=7'")]
    [InlineData("threshold", "unit=0", "'unit=0'")]
    public void Parameters_that_cannot_be_are_refused(string policy, string given, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() =>
            VirtualDisks.RequiredBytes(4096, policy, given)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(65537)]
    public void Strewn_blocks_have_a_place_each_and_keep_no_order(int count)
    {
        var id = Guid.Parse("12345678-9abc-def0-1234-56789abcdef0");
        var places = Enumerable.Range(0, count).Select(i => new ScatteredBlocks(count, id).PlaceOf((uint)i)).ToArray();

        Assert.Equal(Enumerable.Range(0, count).Select(i => (uint)i), places.Order());
        var neighbours = places.Zip(places.Skip(1)).Count(pair => pair.Second == pair.First + 1);
        Assert.True(count < 1000 || neighbours < 10);
        Assert.True(count < 1000 || places.Zip(Enumerable.Range(0, count)
            .Select(i => new ScatteredBlocks(count, Guid.Empty).PlaceOf((uint)i))).Count(pair => pair.First == pair.Second) < 10);
    }

    [Fact]
    public void The_gap_moves_one_block_after_every_psi_writes_and_is_found_again_at_the_mount()
    {
        using var wear = new WearDisk("start-gap", "psi=8", 20);
        uint[] Map() => wear.Disk.Map;
        uint Gap() => Enumerable.Range(0, 21).Select(i => (uint)i).Except(Map()).Single();
        Assert.Equal(20u, Gap());
        for (var step = 1; step <= 45; step++)
        {
            using (var session = wear.Disk.OpenSession())
            {
                for (var i = 0; i < 8; i++)
                {
                    session.WriteNothing(0, 4096);
                }

                session.WriteNothing(0, 4096); // the move is done by the write after it
            }

            Assert.Equal((uint)(20 - step % 21 + 21) % 21, Gap());
            Assert.Equal(step, wear.Disk.CountWear().ExtraWrites);
            wear.Remount();
        }
    }

    [Fact]
    public void A_read_begins_anew_when_a_block_of_its_stripe_has_moved()
    {
        var stripes = new BlockStripes();
        var before = stripes.Changes(5);
        stripes.Enter(5);
        Assert.True(stripes.IsUnchanged(5, before));
        stripes.Exit(5, relocated: false);
        Assert.True(stripes.IsUnchanged(5, before));
        stripes.Enter(5);
        stripes.Exit(5, relocated: true);
        Assert.False(stripes.IsUnchanged(5, before));
        Assert.True(stripes.IsUnchanged(6, stripes.Changes(6)));
    }
}
