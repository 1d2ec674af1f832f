using Mbsa.Nvm;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Vm.Checking;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Storage;
using Mbsa.Vm.Tests.Wear;
using Mbsa.Vm.Wear;
using Xunit.Abstractions;

namespace Mbsa.Vm.Tests.Checking;

/// <summary>
/// A disk with due-time after some redirects, with a bit of its metadata flipped, each in turn:
/// correct, or refused and named, and never anything else.
/// </summary>
public sealed class WornDiskFlipTests(ITestOutputHelper output)
{
    private const int Block = BlockStorage.BlockBytes, GuestBlocks = 24;

    private static readonly string[] _named = ["super block", "VDMT", "wear log", "wear counts"];

    [Theory]
    [InlineData("q=16 t=1", true)]
    [InlineData("q=16 t=1", false)]
    [InlineData("q=16 t=1 atomic", true)]
    [InlineData("q=16 t=1 atomic", false)]
    public void A_flipped_bit_is_harmless_mended_or_refused_and_named(string parameters, bool isEnded)
    {
        using var test = Worn(parameters, isEnded, out var model);
        using var lease = test.Area.Lease();
        var geometry = SuperBlock.Load(lease).Geometry;
        var metadata = lease.View(0, (int)geometry.DataFirstBlock * Block).ToArray();
        var all = lease.View(0, (int)test.Area.LengthBytes).ToArray();
        Assert.Equal(0, DiskCheck.Run(test.Area).Findings.Problems);
        var (harmless, reported, refused) = (0, 0, 0);
        for (var bit = 0; bit < metadata.Length * 8; bit++)
        {
            lease.Write(bit / 8, [(byte)(metadata[bit / 8] ^ (1 << (bit % 8)))]);
            var found = DiskCheck.Run(test.Area).Findings;
            Assert.All(found.Kept.Where(finding => !finding.IsNote),
                finding => Assert.Contains(_named, name => finding.Structure.StartsWith(name, StringComparison.Ordinal)));
            try
            {
                using var disk = VirtualDisks.Mount(test.Area);
                Assert.Equal(model, Content(disk));
                (harmless, reported) = found.Problems == 0 ? (harmless + 1, reported) : (harmless, reported + 1);
                Assert.All(found.Kept.Where(finding => !finding.IsNote), finding => Assert.NotNull(finding.Renewal));
            }
            catch (NvmException refusal)
            {
                refused++;
                Assert.Contains(refusal.Structure, _named);
                Assert.Contains(found.Kept, finding =>
                    finding.Structure == refusal.Structure && refusal.Message.EndsWith(finding.Problem, StringComparison.Ordinal));
                var place = Assert.Single(found.Kept, finding => !finding.IsNote).OffsetBytes;
                Assert.InRange(bit / 8L, place, place + WearLogRecord.Bytes - 1);
            }

            lease.Write(0, all);
        }

        output.WriteLine($"{parameters}, {(isEnded ? "ended" : "crashed")}: "
            + $"all {metadata.Length * 8} bits, {harmless} harmless, {reported} mended, {refused} refused");
        Assert.True(harmless > 0 && reported > 0 && refused > 0);
    }

    [Fact]
    public void The_newest_record_of_a_crashed_disk_is_mended_bit_by_bit_and_renewed()
    {
        using var test = Worn("q=16 t=1 atomic", isEnded: false, out var model);
        using var lease = test.Area.Lease();
        var all = lease.View(0, (int)test.Area.LengthBytes).ToArray();
        var newest = NewestRecord(lease);
        for (var bit = 0; bit < WearLogRecord.Bytes * 8; bit++)
        {
            var place = newest + bit / 8;
            lease.Write(place, [(byte)(all[place] ^ (1 << (bit % 8)))]);
            var finding = Assert.Single(DiskCheck.Run(test.Area).Findings.Kept, finding => !finding.IsNote);
            Assert.Equal(("wear log", newest), (finding.Structure, finding.OffsetBytes));
            Assert.NotEqual(all[place], lease.View(place, 1)[0]); // a check stores nothing
            if (bit % 2 == 0)
            {
                Assert.Equal(1, DeviceInspection.Repair(test.Area, DiskCheck.Run(test.Area).Findings));
                Assert.Equal(all, lease.View(0, all.Length).ToArray());
            }

            using (var disk = VirtualDisks.Mount(test.Area))
            {
                Assert.Equal(model, Content(disk));
            }

            lease.Write(0, all);
        }
    }

    [Fact]
    public void A_check_takes_the_records_of_the_log_for_the_map_and_stores_nothing()
    {
        using var test = Worn("q=16 t=1", isEnded: false, out _);
        using var lease = test.Area.Lease();
        var all = lease.View(0, (int)test.Area.LengthBytes).ToArray();

        var check = DiskCheck.Run(test.Area);

        Assert.Equal((1, 0), (check.Findings.Count, check.Findings.Problems));
        Assert.Equal("due-time", check.Wear!.Value.Policy);
        Assert.InRange(check.Wear.Value.Max, 1, 1000);
        Assert.Equal(all, lease.View(0, all.Length).ToArray());

        // Without the log the same VDMT is of another time: two blocks in one place, or places that nobody redirected.
        using var disk = VirtualDisks.Mount(test.Area);
        var old = Vdmt.Load(lease, disk.SuperBlock);
        Assert.NotEqual(old, disk.Map);
    }

    [Fact]
    public void Damaged_counts_are_found_all_of_them_and_the_rest_is_summed_up()
    {
        using var test = Worn("q=16 t=1", isEnded: true, out _);
        using var lease = test.Area.Lease();
        var firstCount = SuperBlock.Load(lease).Geometry.WearMetadataFirstBlock * Block;
        test.Damage(firstCount + 8, value => (byte)(value ^ 1));
        test.Damage(firstCount + 40, value => (byte)(value ^ 1));

        var check = DiskCheck.Run(test.Area);

        Assert.Equal(["wear counts", "wear counts"], check.Findings.Kept.Select(finding => finding.Structure));
        Assert.Equal([firstCount + 8, firstCount + 40], check.Findings.Kept.Select(finding => finding.OffsetBytes));
        Assert.Equal("the count of physical block 5 is damaged", check.Findings.Kept[1].Problem);
        Assert.Equal([0u, 0u], [check.WearCounts!.Writes[1], check.WearCounts.Writes[5]]);
        Assert.NotEqual(0u, check.WearCounts.Writes[2]);
    }

    /// <summary>A disk on an area of its own, as a program left it that ended it or did not.</summary>
    private static TestArea Worn(string parameters, bool isEnded, out byte[] model)
    {
        using var wear = new WearDisk("due-time", parameters, GuestBlocks);
        model = new byte[GuestBlocks];
        using (var session = wear.Disk.OpenSession())
        {
            for (var write = 1; write <= 600; write++)
            {
                var block = write % 3 == 0 ? write % GuestBlocks : 3;
                session.Write(block * Block, [model[block] = (byte)(write % 251 + 1)]);
            }
        }

        if (isEnded)
        {
            wear.Disk.Dispose();
        }

        return wear.Snapshot();
    }

    private static byte[] Content(VirtualDisk disk)
    {
        using var session = disk.OpenSession();
        var content = new byte[GuestBlocks];
        for (var block = 0; block < GuestBlocks; block++)
        {
            session.Read(block * Block, content.AsSpan(block, 1));
        }

        return content;
    }

    private static long NewestRecord(NvmLease lease)
    {
        var disk = SuperBlock.Load(lease);
        var (newest, place) = (0ul, 0L);
        for (var offset = (disk.Geometry.WearMetadataFirstBlock + WearCountTable.BlocksFor(disk.Geometry.DataBlocks)) * Block;
            offset < disk.Geometry.DataFirstBlock * Block; offset += 64)
        {
            if (WearLogRecord.TryDecode(lease.View(offset, 64), disk.Seal, out var record) && record.Sequence > newest)
            {
                (newest, place) = (record.Sequence, offset);
            }
        }

        return place;
    }
}
