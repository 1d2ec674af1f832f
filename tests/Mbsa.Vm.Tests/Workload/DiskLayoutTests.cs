using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

public sealed class DiskLayoutTests
{
    private const long Disk = 1 << 20;

    [Fact]
    public void Clones_without_a_filename_have_a_file_each_behind_one_another() =>
        Assert.Equal("0+65536 65536+65536 131072+65536", Layout("[a]\nsize=64k\nnumjobs=3\n"));

    [Fact]
    public void Clones_of_a_filename_share_it_and_it_is_as_long_as_its_longest_use() =>
        Assert.Equal(
            "0+81920 0+81920 81920+4096", Layout("[a]\nsize=64k\nfilename=x\n[b]\nfilename=x\noffset=16k\nsize=64k\n[c]\nsize=4k\n"));

    [Fact]
    public void Files_begin_at_whole_blocks() => Assert.Equal("0+5000 8192+5000", Layout("[a]\nbs=512\nsize=5000\nnumjobs=2\n"));

    [Fact]
    public void A_filesize_is_the_length_of_the_file_and_the_region_goes_from_the_offset_to_its_end()
    {
        Assert.Equal("0+131072 131072+65536", Layout("[a]\nfilesize=128k\noffset=64k\n[b]\nsize=64k\n"));
        var job = Read("[a]\nfilesize=128k\noffset=64k\n")[0];
        Assert.Equal(new JobRegion(4096 + 65536, 65536), JobRegion.Of(job, new JobExtent(4096, 131072), 0));
        Assert.Equal(65536, new OperationSource(job, new JobExtent(0, 131072), 1, 0).TotalBytes);
        job = Read("[a]\nfilesize=128k\nsize=32k\n")[0];
        Assert.Equal(32768, new OperationSource(job, new JobExtent(0, 131072), 1, 0).TotalBytes);
    }

    [Theory]
    [InlineData("[a]\nfilename=/dev/vdb\n[b]\nfilename=/dev/vdb\nsize=64k\n")]
    [InlineData("[a]\n[b]\nsize=50%\n")]
    public void A_single_name_and_none_at_all_are_the_disk_itself(string jobFile) =>
        Assert.Equal($"0+{Disk} 0+{Disk}", Layout(jobFile));

    [Fact]
    public void Files_whose_length_nobody_says_share_what_is_left() =>
        Assert.Equal("0+65536 65536+491520 557056+491520", Layout("[a]\nsize=64k\n[b]\nfilename=/dev/vdb\n[c]\nfilename=/dev/vdc\n"));

    [Theory]
    [InlineData("[a]\nsize=512k\nnumjobs=3\n", "the files of the jobs need 1572864 bytes, and the disk has 1048576: a.0.0 524288 bytes, ")]
    [InlineData("[a]\nsize=1m\n[b]\nfilename=x\n", "and more, and the disk has 1048576: a.0.0 1048576 bytes, x the rest")]
    public void What_does_not_fit_says_so(string jobFile, string why) =>
        Assert.Contains(why, Assert.Throws<InputException>(() => Layout(jobFile)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("size", "64k", null, null, true)]
    [InlineData("size", "64k", "offset", "64k", false)]
    [InlineData("size", "64k", "filename", "x", false)]
    [InlineData("size", "50%", null, null, false)]
    [InlineData("bs", "64k", null, null, false)]
    public void A_job_of_a_scenario_has_its_own_file_unless_it_says_where_it_works(
        string key, string value, string? otherKey, string? other, bool hasOwn)
    {
        JobOption[] options = [new(key, value), .. otherKey is null ? Array.Empty<JobOption>() : [new(otherKey, other)]];
        Assert.Equal(hasOwn, JobOptions.Inline("vm", options, _ => { }).OwnFiles);
    }

    [Fact]
    public void Jobs_stay_in_their_files()
    {
        var jobs = Read("[a]\nrw=randwrite\nsize=64k\nnumjobs=2\n");
        var (layout, operations) = (DiskLayout.Of(jobs, Disk), new IoOperation[16]);
        new OperationSource(jobs[0], layout[1], 1, 1).Draw(operations);
        Assert.Equal(Enumerable.Range(16, 16).Select(block => block * 4096L), operations.Select(op => op.OffsetBytes).Order());
    }

    private static string Layout(string jobFile)
    {
        var jobs = Read(jobFile);
        var layout = DiskLayout.Of(jobs, Disk);
        return string.Join(' ', Enumerable.Range(0, jobs.Sum(job => job.NumJobs))
            .Select(place => string.Join(',', layout[place].Select(file => $"{file.StartBytes}+{file.LengthBytes}"))));
    }

    private static IReadOnlyList<JobSpec> Read(string jobFile)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, jobFile);
            return FioJobFile.Read(path, _ => { });
        }
        finally
        {
            File.Delete(path);
        }
    }
}
