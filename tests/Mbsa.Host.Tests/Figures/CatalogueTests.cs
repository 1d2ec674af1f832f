using Mbsa.Host.Expectations;
using Mbsa.Host.Figures;
using Mbsa.Host.Tests.Commands;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Figures;

public sealed class CatalogueTests
{
    public static TheoryData<string> Names => [.. Catalogue.All.Select(figure => figure.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_entry_is_complete(string name)
    {
        var figure = Catalogue.Find(name)!;

        Assert.Matches("^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$", name);
        Assert.InRange(figure.Meaning.Length, 5, 160);
        Assert.DoesNotContain('\n', figure.Meaning);
        Assert.NotEqual("", figure.Of);
        Assert.NotEqual("", figure.Unit);
        Assert.NotEqual("", figure.Print(0.5));
        Assert.NotEqual(figure.Print(2), figure.Print(40));
        Assert.All(figure.Columns, column => Assert.True(column.Cell is not null || figure.OfVm is not null, column.Head));
        Assert.All(figure.Columns.Where(column => column.HasTotal), column => Assert.True(figure.OfHost is not null, column.Head));
        Assert.True(figure.Instrument is null || figure.Live is not null);
        Assert.True(figure.Json is null || figure.OfVm is not null);
    }

    [Fact]
    public void No_two_have_a_name_a_key_or_an_instrument_in_common()
    {
        AssertDistinct(Catalogue.All.Select(figure => figure.Name));
        AssertDistinct(Catalogue.All.Select(figure => figure.Json));
        AssertDistinct(Catalogue.All.Select(figure => figure.Instrument?.Name));
        AssertDistinct(Catalogue.All.Select(figure => figure.Row?.What));

        static void AssertDistinct(IEnumerable<string?> all) =>
            Assert.Empty(all.OfType<string>().GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_expectation_can_name_it(string name)
    {
        var figure = Catalogue.Find(name)!;
        var cluster = new ClusterNames(["h-1"], ["acme"]);
        var of = figure switch
        { { OfVm: not null } => "oltp", { OfHost: not null } => "host", { OfCluster: not null } => "cluster",
            { OfOneHost: not null } => "h-1",
            _ => "acme"
        };

        Assert.Equal($"{of}.{name} == {of}.{name}", Expectation.Parse($"{of}.{name} == {of}.{name}", ["oltp"], cluster).Text);
    }

    /// <summary>docs/FIGURES.md is the catalogue. When this fails, its table is what the test expected.</summary>
    [Fact]
    public void The_documentation_lists_every_figure_and_no_other()
    {
        string[] documented = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "FIGURES.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        string[] expected = [.. Catalogue.All.Select(f =>
            ($"| `{f.Name}` | {f.Unit} | {f.Of}{(f.NeedsHosts ? ", with `hosts`" : "")} " + $"| {f.Wish} | {f.Meaning} |")
                .Replace("|  |", "| |", StringComparison.Ordinal))];

        Assert.Equal(expected, documented);
    }

    [Fact]
    public void The_documentation_of_the_metrics_has_every_instrument()
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs", "METRICS.md"));

        Assert.All(Catalogue.Instruments, instrument => Assert.Contains(
            $"| `{instrument.Name}` | {(instrument.IsCounter ? "counter" : "gauge")} | `{instrument.Unit}` |",
            documented, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_program_lists_them_all()
    {
        using var program = new TestProgram();

        await program.InvokeAsync("figures");

        Assert.All(Catalogue.All, figure => Assert.Contains($"  {figure.Name} ", program.Output, StringComparison.Ordinal));
    }
}
