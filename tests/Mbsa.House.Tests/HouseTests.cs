using Mbsa.House.Tests.Reading;
using Mbsa.House.Tests.Rules;

namespace Mbsa.House.Tests;

/// <summary>The rules of the house, kept in all of its sources.</summary>
public class HouseTests
{
    [Fact]
    public void No_line_is_too_wide() => AssertKept(new Columns());

    [Fact]
    public void No_file_is_too_long() => AssertKept(new FileLength());

    [Fact]
    public void No_method_is_too_long() => AssertKept(new MethodLength());

    [Fact]
    public void Braces_are_of_one_style() => AssertKept(new Braces());

    [Fact]
    public void Private_fields_are_named_in_one_style() => AssertKept(new FieldNames());

    [Fact]
    public void No_type_has_an_empty_name() => AssertKept(new TypeNames());

    [Fact]
    public void Names_are_of_the_glossarys_words() => AssertKept(new Glossary());

    [Fact]
    public void No_project_knows_one_that_is_not_below_it() => Assert.Empty(new Floors().Check(Repository.Sources));

    [Fact]
    public void The_folders_of_a_project_make_no_circle() => Assert.Empty(new FolderCircles().Check(Repository.Sources));

    private static void AssertKept(IRule rule) => AssertNone([.. rule.Check(Repository.Sources)]);

    private static void AssertNone(List<Finding> findings) => Assert.True(findings.Count == 0,
        string.Join(Environment.NewLine, findings.Prepend<object>($"{findings.Count} places break a rule:")));
}
