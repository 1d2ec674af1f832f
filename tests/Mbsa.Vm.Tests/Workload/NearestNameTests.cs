using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Workload;

public sealed class NearestNameTests
{
    private static readonly string[] _names = ["path", "size", "wear", "random_distribution", "policy"];

    [Theory]
    [InlineData("waer", "wear")]
    [InlineData("ptah", "path")]
    [InlineData("WEAR", "wear")]
    [InlineData("polcy", "policy")]
    [InlineData("siz", "size")]
    [InlineData("sizes", "size")]
    [InlineData("random_distributon", "random_distribution")]
    [InlineData("raew", null)]
    [InlineData("reservation", null)]
    [InlineData("", null)]
    public void What_was_probably_meant_is_one_edit_away_or_a_third_of_it(string typed, string? meant) =>
        Assert.Equal(meant, NearestName.Of(typed, _names));
}
