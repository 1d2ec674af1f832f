using CsCheck;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

public sealed class OperationSourceTests
{
    private const long Disk = 1L << 30;

    [Theory]
    [InlineData(DistributionKind.Uniform, 0, "w73314 r247393 r190769 r248598 r67139 r133869 r45641 r49384 w96013 r201111")]
    [InlineData(DistributionKind.Zipf, 0.99, "r122300 r33171 r147528 r230731 r85515 r180314 r206397 r159359 r206024 r177866")]
    [InlineData(DistributionKind.Pareto, 0.2, "r6806 r244859 r196161 r7129 r172953 r0 r0 r233205 r66158 r52898")]
    public void A_seed_gives_the_same_operations_for_ever(DistributionKind kind, double parameter, string expected)
    {
        var pattern = kind == DistributionKind.Uniform ? IoPattern.RandReadWrite : IoPattern.RandRead;
        var job = new JobSpec { Pattern = pattern, ReadPercent = 70, Distribution = new AccessDistribution(kind, parameter) };
        Assert.Equal(expected, string.Join(' ', Take(new OperationSource(job, Disk, 1, 0), 10)
            .Select(op => $"{(op.IsWrite ? 'w' : 'r')}{op.OffsetBytes / 4096}")));
    }

    [Theory]
    [InlineData(IoPattern.Read, false)]
    [InlineData(IoPattern.Write, true)]
    public void A_sequential_job_goes_through_its_region_and_begins_again(IoPattern pattern, bool isWrite)
    {
        var job = new JobSpec { Pattern = pattern, Offset = new Extent(8192), Size = new Extent((3 * 4096) + 512) };
        var expected = new[]
        {
            new IoOperation(8192, 4096, isWrite, false),
                new IoOperation(12288, 4096, isWrite, true), new IoOperation(16384, 4096, isWrite, true),
            new IoOperation(8192, 4096, isWrite, false), new IoOperation(12288, 4096, isWrite, true),
        };
        Assert.Equal(expected, Take(new OperationSource(job, Disk, 1, 0), 5));
    }

    [Fact]
    public void Reads_and_writes_of_a_sequential_mix_each_go_on_where_their_own_kind_ended()
    {
        var job = new JobSpec { Pattern = IoPattern.ReadWrite, ReadPercent = 60, ReadBlockBytes = 4096, WriteBlockBytes = 8192 };
        var operations = Take(new OperationSource(job, Disk, 1, 0), 1000).ToList();
        Assert.Equal(Enumerable.Range(0, operations.Count(op => !op.IsWrite))
            .Select(i => i * 4096L), operations.Where(op => !op.IsWrite).Select(op => op.OffsetBytes));
        Assert.Equal(Enumerable.Range(0, operations.Count(op => op.IsWrite))
            .Select(i => i * 8192L), operations.Where(op => op.IsWrite).Select(op => op.OffsetBytes));
        Assert.All(operations, op => Assert.Equal(op.IsWrite ? 8192 : 4096, op.LengthBytes));
    }

    [Fact]
    public void Sequential_means_adjacent_to_the_operation_before() =>
        Jobs.Sample((job, seed) =>
        {
            var end = -1L;
            foreach (var operation in Take(new OperationSource(job, 1 << 20, seed, 0), 200))
            {
                Assert.Equal(operation.OffsetBytes == end, operation.IsSequential);
                end = operation.OffsetBytes + operation.LengthBytes;
            }
        });

    [Fact]
    public void Every_operation_is_whole_blocks_within_the_region() =>
        Gen.Select(Jobs, Gen.Long[1, 1 << 20], Gen.Int[0, 7]).Sample((pair, size, clone) =>
        {
            var (job, seed) = pair;
            job = job with { Offset = new Extent(4096), OffsetIncrement = new Extent(1024), Size = new Extent(size + 65536) };
            var start = 4096 + (clone * 1024);
            foreach (var operation in Take(new OperationSource(job, 1 << 21, seed, clone), 200))
            {
                Assert.Equal(operation.IsWrite ? job.WriteBlockBytes : job.ReadBlockBytes, operation.LengthBytes);
                Assert.True(operation.OffsetBytes >= start && operation.OffsetBytes + operation.LengthBytes <= start + size + 65536);
                Assert.Equal(0, (operation.OffsetBytes - start) % operation.LengthBytes);
            }
        });

    [Theory]
    [InlineData(IoPattern.RandReadWrite, 30)]
    [InlineData(IoPattern.ReadWrite, 70)]
    public void A_mix_reads_as_often_as_it_should(IoPattern pattern, int readPercent)
    {
        var source = new OperationSource(new JobSpec { Pattern = pattern, ReadPercent = readPercent }, Disk, 1, 0);
        Assert.InRange(Take(source, 100_000).Count(op => !op.IsWrite) / 1000.0, readPercent - 0.6, readPercent + 0.6);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    public void A_mix_can_be_all_of_one_kind(int readPercent, int writes)
    {
        var source = new OperationSource(new JobSpec { Pattern = IoPattern.RandReadWrite, ReadPercent = readPercent }, Disk, 1, 0);
        Assert.Equal(writes, Take(source, 100).Count(op => op.IsWrite));
    }

    [Theory]
    [InlineData(IoPattern.RandRead, 4096, 4096)]
    [InlineData(IoPattern.RandWrite, 4096, 4096)]
    [InlineData(IoPattern.RandReadWrite, 4096, 4096)]
    [InlineData(IoPattern.RandReadWrite, 8192, 8192)]
    public void A_pass_of_a_random_job_touches_every_block_once(IoPattern pattern, int readBytes, int writeBytes)
    {
        var job = new JobSpec { Pattern = pattern, Size = new Extent(1 << 20), ReadBlockBytes = readBytes, WriteBlockBytes = writeBytes };
        var (source, blocks) = (new OperationSource(job, Disk, 1, 0), (1 << 20) / readBytes);
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal(Enumerable.Range(0, blocks).Select(block => block * (long)readBytes),
                Take(source, blocks).Select(op => op.OffsetBytes).Order());
        }
    }

    [Fact]
    public void With_norandommap_a_pass_leaves_blocks_out()
    {
        var job = new JobSpec { Pattern = IoPattern.RandRead, Size = new Extent(1 << 22), NoRandomMap = true };
        var touched = Take(new OperationSource(job, Disk, 1, 0), 1024).Select(op => op.OffsetBytes).Distinct().Count();
        Assert.InRange(touched / 1024.0, 0.6, 0.66); // 1 - 1/e
    }

    [Fact]
    public void A_random_job_reaches_every_block_of_a_small_region_and_none_else()
    {
        var job = new JobSpec
        {
            Pattern = IoPattern.RandRead,
            Offset = new Extent(0, 50),
            Size = new Extent(16 * 4096),
            NoRandomMap = true,
        };
        var offsets = Take(new OperationSource(job, Disk, 1, 0), 1000).Select(op => op.OffsetBytes).Distinct().Order();
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (Disk / 2) + (i * 4096L)), offsets);
    }

    [Fact]
    public void Clones_are_shifted_and_go_their_own_ways_with_a_seed_of_the_jobs_own()
    {
        var job = new JobSpec { Pattern = IoPattern.RandRead, RandSeed = 5, OffsetIncrement = new Extent(0, 25), Size = new Extent(0, 25) };
        var first = Take(new OperationSource(job, Disk, 1, 0), 20).Select(op => op.OffsetBytes).ToList();
        var again = Take(new OperationSource(job, Disk, 99, 0), 20).Select(op => op.OffsetBytes);
        var second = Take(new OperationSource(job, Disk, 1, 1), 20).Select(op => op.OffsetBytes).ToList();
        Assert.Equal(first, again);
        Assert.All(second, offset => Assert.InRange(offset, Disk / 4, (Disk / 2) - 1));
        Assert.NotEqual(first, second.Select(offset => offset - (Disk / 4)));
    }

    [Theory]
    [InlineData(0, 0, Disk + 512, 0,
        "job 'db': size 1073742336 from byte 0 does not fit the disk of 1073741824 bytes; at most 1073741824 bytes are left")]
    [InlineData(Disk, 0, null, 0,
        "job 'db': it starts at byte 1073741824, but the disk has 1073741824 bytes; lower offset, offset_increment or numjobs")]
    [InlineData(0, Disk / 2, Disk / 2, 2, "job 'db', clone 2: it starts at byte 1073741824")]
    [InlineData(0, 0, 2048L, 0, "job 'db': its region of 2048 bytes is smaller than one block of 4096 bytes")]
    [InlineData(Disk - 512, 0, null, 0, "job 'db': its region of 512 bytes is smaller than one block of 4096 bytes")]
    [InlineData(0, long.MaxValue, null, int.MaxValue, "job 'db', clone 2147483647: it starts at byte 19807040619342712359383728129")]
    public void A_region_that_does_not_fit_is_named(long offset, long increment, long? size, int clone, string message)
    {
        var job = new JobSpec
        {
            Name = "db",
            Pattern = IoPattern.Read,
            Offset = new Extent(offset),
            OffsetIncrement = new Extent(increment),
            Size = size is { } bytes ? new Extent(bytes) : null,
        };
        Assert.StartsWith(message, Assert.Throws<InputException>(() =>
            new OperationSource(job, Disk, 1, clone)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_in_percent_ends_with_the_disk()
    {
        var job = new JobSpec { Pattern = IoPattern.Read, Offset = new Extent(0, 90), Size = new Extent(0, 50) };
        Assert.Equal(new JobRegion(966_369_280, Disk - 966_369_280), JobRegion.Of(job, Disk, 0));
    }

    [Theory]
    [InlineData(4096, 4096, 12288)]
    [InlineData(8192, 16384, 16384)]
    [InlineData(512, 4096, 10240)]
    public void An_offset_in_percent_begins_at_the_next_whole_block_of_the_smaller_size(int readBytes, int writeBytes, long startBytes)
    {
        var job = new JobSpec
        {
            Pattern = IoPattern.Read,
            Offset = new Extent(0, 10),
            ReadBlockBytes = readBytes,
            WriteBlockBytes = writeBytes,
        };
        Assert.Equal(startBytes, JobRegion.Of(job, 100_000, 0).StartBytes);
    }

    [Fact]
    public void With_verify_a_region_starts_at_a_whole_block()
    {
        var job = new JobSpec { Pattern = IoPattern.Read, Offset = new Extent(512), Verify = VerifyMethod.Meta };
        Assert.Contains("multiple of 4096",
            Assert.Throws<InputException>(() => new OperationSource(job, Disk, 1, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_ends_after_its_size_times_its_loops_or_what_io_size_says()
    {
        var job = new JobSpec { Pattern = IoPattern.Read, Size = new Extent(10_000), Loops = 3 };
        Assert.Equal(3 * 8192, new OperationSource(job, Disk, 1, 0).TotalBytes);
        Assert.Equal(3 * 5000, new OperationSource(job with { IoSizeBytes = 5000 }, Disk, 1, 0).TotalBytes);
        Assert.Equal(3 * 8192, new OperationSource(job with { IoSizeBytes = 3 * 8192 }, Disk, 1, 0).TotalBytes);
        Assert.Equal(12 * 4096, new OperationSource(job with { IoSizeBytes = 50_000 }, Disk, 1, 0).TotalBytes); // less than a block is left
        Assert.Equal(3 * 4096, new OperationSource(job with { NumberIos = 1 }, Disk, 1, 0).TotalBytes);
        Assert.Equal(3 * 8192, new OperationSource(job with { NumberIos = 9 }, Disk, 1, 0).TotalBytes);
        Assert.Null(new OperationSource(job with { TimeBased = true }, Disk, 1, 0).TotalBytes);
        Assert.Equal(Disk, new OperationSource(new JobSpec { Pattern = IoPattern.Read }, Disk, 1, 0).TotalBytes);
        Assert.Equal(long.MaxValue,
            new OperationSource(new JobSpec { Pattern = IoPattern.Read, Loops = int.MaxValue }, 1L << 50, 1, 0).TotalBytes);
    }

    [Fact]
    public void Drawing_operations_allocates_nothing()
    {
        foreach (var kind in Enum.GetValues<DistributionKind>())
        {
            var zones = kind == DistributionKind.Zoned ? new AccessZones(false, [new AccessZone(90, 10), new AccessZone(10, 90)]) : null;
            var source = new OperationSource(new JobSpec
            { Pattern = IoPattern.RandReadWrite, Distribution = new AccessDistribution(kind, 0.9, null, zones) }, Disk, 1, 0);
            var operations = new IoOperation[1000];
            source.Draw(operations);
            var before = GC.GetAllocatedBytesForCurrentThread();
            source.Draw(operations);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void A_compute_job_has_no_operations() =>
        Assert.Throws<ArgumentException>(() => new OperationSource(new JobSpec { Pattern = IoPattern.Compute }, Disk, 1, 0));

    private static Gen<(JobSpec Job, ulong Seed)> Jobs { get; } =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 100], Gen.Int[1, 16], Gen.Int[1, 16], Gen.Int[0, 2], Gen.ULong)
            .Select((pattern, percent, read, write, kind, seed) => (
                new JobSpec
                {
                    Pattern = (IoPattern)pattern,
                    TimeBased = true,
                    ReadPercent = percent,
                    ReadBlockBytes = read * 512,
                    WriteBlockBytes = write * 512,
                    Distribution = new AccessDistribution((DistributionKind)kind, 0.8),
                },
                seed));

    private static IoOperation[] Take(OperationSource source, int count)
    {
        var operations = new IoOperation[count];
        source.Draw(operations);
        return operations;
    }
}
