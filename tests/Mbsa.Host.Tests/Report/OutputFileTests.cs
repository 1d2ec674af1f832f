using Mbsa.Host.Report;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Report;

public sealed class OutputFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("missing/report.json", "there is no directory")]
    [InlineData("", "is a directory")]
    public void A_place_that_cannot_be_written_is_refused_when_it_is_opened(string name, string complaint)
    {
        var e = Assert.Throws<InputException>(() => Open(name));

        Assert.StartsWith("--json: ", e.Message);
        Assert.Contains(complaint, e.Message);
    }

    [Fact]
    public void A_file_in_the_place_of_a_directory_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        Assert.Throws<InputException>(() => Open("file/report.json"));
    }

    [Fact]
    public void A_file_that_was_made_for_nothing_is_taken_away()
    {
        Open("new.json").Dispose();

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_a_file_held_stays_until_there_is_something_better()
    {
        var path = Path.Combine(_folder, "old.json");
        File.WriteAllText(path, "the report of yesterday");
        Open("old.json").Dispose();
        Assert.Equal("the report of yesterday", File.ReadAllText(path));

        using (var file = Open("old.json"))
        {
            file.Write("new"u8);
        }

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_product_may_go_nowhere()
    {
        using var file = OutputFile.Open("--json", "/dev/null", () => Stream.Null);
        file.Write("new"u8);
    }

    [SkippableFact]
    public void A_full_disk_is_one_clear_line()
    {
        Skip.IfNot(File.Exists("/dev/full"));
        using var file = OutputFile.Open("--json", "/dev/full", () => Stream.Null);

        Assert.Contains("cannot write /dev/full", Assert.Throws<InputException>(() => file.Write("x"u8)).Message);
    }

    private OutputFile Open(string name) => OutputFile.Open("--json", Path.Combine(_folder, name), () => Stream.Null);
}
