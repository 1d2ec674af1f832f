using Mbsa.Vm.Jobs;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Jobs;

public sealed class IoTransferTests
{
    [Fact]
    public void A_full_transfer_moves_every_byte() => Bench.OnDisk(disk =>
    {
        var transfer = new FullTransfer(disk, 2 * Bench.Block, seed: 1);
        transfer.Copy(new IoOperation(Bench.Block, 2 * Bench.Block, IsWrite: true, IsSequential: false));
        var bytes = new byte[4 * Bench.Block];
        disk.Read(0, bytes);
        Assert.All(bytes[..Bench.Block], b => Assert.Equal(0, b));
        Assert.True(bytes[Bench.Block..(3 * Bench.Block)].Distinct().Count() == 256);
        Assert.All(bytes[(3 * Bench.Block)..], b => Assert.Equal(0, b));
    });

    [Fact]
    public void Two_jobs_write_different_bytes() => Bench.OnDisk(disk =>
    {
        var (first, second) = (new byte[Bench.Block], new byte[Bench.Block]);
        new FullTransfer(disk, Bench.Block, seed: 1).Copy(new IoOperation(0, Bench.Block, IsWrite: true, IsSequential: false));
        disk.Read(0, first);
        new FullTransfer(disk, Bench.Block, seed: 2).Copy(new IoOperation(0, Bench.Block, IsWrite: true, IsSequential: false));
        disk.Read(0, second);
        Assert.NotEqual(first, second);
    });

    [Fact]
    public void To_foresee_is_to_do_nothing_and_only_the_first_are_done() => Bench.OnDisk(disk =>
    {
        IoOperation[] batch =
        [
            new(0, Bench.Block, IsWrite: true, IsSequential: false),
            new(2 * Bench.Block, Bench.Block, IsWrite: false, IsSequential: false),
            new(Bench.Block, Bench.Block, IsWrite: true, IsSequential: false),
        ];
        var transfer = new FullTransfer(disk, Bench.Block, seed: 1);
        var bytes = new byte[2 * Bench.Block];
        transfer.Foresee(batch);
        disk.Read(0, bytes);
        Assert.All(bytes, b => Assert.Equal(0, b));
        transfer.CopyFirst(batch, 2);
        disk.Read(0, bytes);
        Assert.True(bytes[..Bench.Block].Distinct().Count() == 256);
        Assert.All(bytes[Bench.Block..], b => Assert.Equal(0, b));
    });

    [Fact]
    public void Without_payload_the_disk_still_hears_of_every_io()
    {
        var disk = new Bench.Notebook();
        var transfer = new NoTransfer(disk);
        transfer.Copy(new IoOperation(0, Bench.Block, IsWrite: true, IsSequential: false));
        transfer.Copy(new IoOperation(Bench.Block, Bench.Block, IsWrite: false, IsSequential: true));
        Assert.Equal([('w', 0), ('r', Bench.Block)], disk.Asked);
    }
}
