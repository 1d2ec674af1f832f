using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

/// <summary>Operations that are chosen one at a time; the sequences are those that fio 3.33 writes down for the same options.</summary>
public sealed class SteppedOperationsTests
{
    [Theory]
    [InlineData("rw=read:4k size=32k", "0 8 16 24 0 8 16 24")]
    [InlineData("rw=read:12k size=64k io_size=32k", "0 16 32 48 0 16 32 48")]
    [InlineData("rw=read:-8k size=32k", "0 24 20 16 12 8 4 0")]
    [InlineData("rw=read:-16k size=32k io_size=20k", "0 16 4 16 4")]
    [InlineData("rw=read:2k size=32k", "0 6 12 18 24")]
    [InlineData("rw=read:2k size=30k", "0 6 12 18 24 0 6 12")]
    [InlineData("rw=read:4k size=16k offset=8k", "8 16")]
    [InlineData("rw=read:16k size=16k offset=4k", "4 8 8 8")]
    [InlineData("rw=read size=24k bs=8k io_size=50k", "0 8 16 0 8 16")]
    [InlineData("rw=read size=64k bs=8k io_size=28k", "0 8 16 24")]
    [InlineData("rw=read size=16k bs=4k io_size=12k loops=2", "0 4 8 12 0 4")]
    [InlineData("rw=randread size=32k percentage_random=0", "0 4 8 12 16 20 24 28")]
    [InlineData("rw=read size=16k nrfiles=2", "0 0 4 4")]
    [InlineData("rw=read size=24k filename=a:b file_service_type=sequential", "0 4 8 0 4 8")]
    [InlineData("rw=read size=24k filename=a:b file_service_type=roundrobin:2", "0 4 0 4 8 8")]
    public void Places_follow_one_another_as_in_fio(string options, string kib) =>
        Assert.Equal(kib, string.Join(' ', Draw(options).Select(io => io.Kib)));

    [Fact]
    public void Both_directions_of_a_sequential_mix_begin_again_when_one_is_at_the_end()
    {
        var ios = Draw("rw=rw rwmixread=80 size=64k io_size=256k").ToList();
        var again = ios.FindIndex(1, io => !io.IsWrite && io.Kib == 0);
        Assert.Equal(0, ios.Skip(again).First(io => io.IsWrite).Kib);
        Assert.True(ios.Take(again).Last(io => io.IsWrite).Kib < 60);
    }

    [Fact]
    public void Every_Nth_io_has_a_random_place_and_the_others_follow_or_repeat_it()
    {
        var ios = Draw("rw=randread:4 size=64m io_size=256k").ToList();
        Assert.Equal(48, ios.Zip(ios.Skip(1)).Count(pair => pair.Second.Kib == pair.First.Kib + 4));
        ios = [.. Draw("rw=randread:4 rw_sequencer=identical size=64m io_size=256k")];
        Assert.Equal(48, ios.Zip(ios.Skip(1)).Count(pair => pair.Second.Kib == pair.First.Kib));
    }

    [Theory]
    [InlineData("rw=randread bssplit=4k/50:16k/50 size=1m")]
    [InlineData("rw=randrw bsrange=4k-64k size=1020k")]
    [InlineData("rw=randwrite bssplit=2k/20:4k/30:32k/ size=512k nrfiles=2")]
    public void A_pass_of_several_sizes_touches_everything_once(string options)
    {
        var ios = Draw(options);
        var sectors = ios.SelectMany(io => Enumerable.Range(0, io.Bytes / 512).Select(i => io.AtBytes + (i * 512L))).ToList();
        Assert.Equal(sectors.Count, sectors.Distinct().Count());
        Assert.Equal(ios.Sum(io => (long)io.Bytes) / 512, sectors.Count);
        Assert.Equal(sectors.Count * 512L, sectors.Max() + 512 - sectors.Min());
    }

    [Theory]
    [InlineData("rw=randrw bssplit=4k/50:16k/50 size=1m loops=3")]
    [InlineData("rw=randrw:3 size=1m nrfiles=3 file_service_type=random:2 io_size=4m")]
    [InlineData("rw=rw:4k size=1m bsrange=4k-16k io_size=4m")]
    public void Whoever_goes_on_from_where_another_stood_draws_the_same(string options)
    {
        var (first, second) = (Source(options), Source(options));
        Take(first, 100);
        using var written = new MemoryStream();
        using (var to = new BinaryWriter(written, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            first.SaveTo(to);
        }

        written.Position = 0;
        using var from = new BinaryReader(written);
        second.RestoreFrom(from);
        Assert.Equal(Take(first, 10_000), Take(second, 10_000));
        Assert.True(second.IsOver);
    }

    [Theory]
    [InlineData("rw=randread norandommap size=30k", 8)]
    [InlineData("rw=randread size=30k", 7)]
    [InlineData("rw=randread norandommap size=64k io_size=100k loops=2", 50)]
    [InlineData("rw=read bs=8k size=64k number_ios=20 io_size=1m", 20)]
    [InlineData("rw=read bs=8k size=64k number_ios=20", 8)]
    [InlineData("rw=rw bs=4k,8k size=64k number_ios=5 loops=2", 10)]
    public void A_job_ends_after_as_many_ios_as_in_fio(string options, int ios) => Assert.Equal(ios, Draw(options).Count);

    [Fact]
    public void A_rate_of_ios_of_several_sizes_is_one_of_bytes()
    {
        var warnings = new List<string>();
        Read("rate_iops=100 bssplit=4k/50:64k/50 size=1m", warnings.Add);
        Assert.Contains(warnings, warning => warning.Contains("counts I/Os of the smallest block size", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("blockalign=8k rw=randread size=1m", "not supported without norandommap")]
    [InlineData("bssplit=4k/50:8k/50 bsrange=4k-8k size=1m", "give one of them")]
    [InlineData("rw=read:-8k size=1m offset=1m", "not supported with offset or filesize")]
    public void What_does_not_go_together_is_said(string options, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() => Read(options, _ => { })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("zoned:50/1:50/99", "job 'a': zone 1 of its random_distribution holds no block of 4096 bytes")]
    [InlineData("zoned_abs:50/64k:50/64k", "job 'a': the zones of its random_distribution take 131072 bytes, its region has 65536")]
    public void Zones_that_do_not_fit_the_region_are_named(string zones, string why)
    {
        var job = Read($"rw=randread size=64k random_distribution={zones}", _ => { });
        Assert.Equal(why, Assert.Throws<InputException>(() => JobRegion.Of(job, 64 << 10, 0)).Message);
    }

    private static JobSpec Read(string options, Action<string> warn)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "[a]\n" + options.Replace(' ', '\n') + "\n");
            return FioJobFile.Read(path, warn)[0];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static OperationSource Source(string options)
    {
        var job = Read(options, _ => { });
        return new OperationSource(job, DiskLayout.Of([job], 128 << 20)[0], 1, 0);
    }

    private static List<IoOperation> Take(OperationSource source, int count)
    {
        var (taken, one) = (new List<IoOperation>(), new IoOperation[1]);
        while (taken.Count < count && !source.IsOver && source.Draw(one) > 0)
        {
            taken.Add(one[0]);
        }

        return taken;
    }

    /// <summary>All I/Os of a job, their places counted in its file.</summary>
    private static List<Io> Draw(string options)
    {
        var job = Read(options, _ => { });
        var files = DiskLayout.Of([job], 128 << 20)[0];
        var source = new OperationSource(job, files, 1, 0);
        var (ios, bytesLeft) = (new List<Io>(), source.TotalBytes ?? long.MaxValue);
        while (bytesLeft > 0 && Take(source, 1) is [var one])
        {
            var file = files.Last(each => each.StartBytes <= one.OffsetBytes);
            ios.Add(new Io(one.IsWrite, (one.OffsetBytes - file.StartBytes) / 1024, one.OffsetBytes, one.LengthBytes));
            bytesLeft -= one.LengthBytes;
        }

        return ios;
    }

    private readonly record struct Io(bool IsWrite, long Kib, long AtBytes, int Bytes);
}
