using Mbsa.House.Tests.Reading;

namespace Mbsa.House.Tests.Rules;

/// <summary>Each rule is seen red: a small text that breaks it is found, at its line, and one beside it that does not is not.</summary>
public class RuleTests
{
    private const string Path = "Mbsa.Vm/Jobs/Job.cs";

    [Fact]
    public void A_line_of_141_columns_is_too_wide() =>
        AssertFound(new Columns(), $"{new string('a', 140)}\n{new string('b', 141)}", "Mbsa.Vm/Jobs/Job.cs:2: 141 columns; at most 140");

    [Fact]
    public void A_file_of_301_lines_is_too_long()
    {
        AssertFound(new FileLength(), Lines(301), "Mbsa.Vm/Jobs/Job.cs:301: 301 lines; at most 300");
        Assert.Empty(Check(new FileLength(), Lines(300)));
    }

    [Fact]
    public void A_file_of_tests_may_have_400_lines()
    {
        Assert.Empty(new FileLength().Check([new Source("tests/Mbsa.Vm.Tests/JobTests.cs", Lines(400))]));
        Assert.Single(new FileLength().Check([new Source("tests/Mbsa.Vm.Tests/JobTests.cs", Lines(401))]));
    }

    [Theory]
    [InlineData("public void Run()\n{\n@}")]
    [InlineData("public Job(int a)\n    : base(a)\n{\n@}")]
    [InlineData("public int Next =>\n    Of(new Of\n    {\n@    });")]
    [InlineData("public int Next\n{\n@}")]
    public void A_method_of_61_lines_is_too_long(string method)
    {
        var others = method.Count(c => c == '\n') + 1;
        var (fits, exceeds) = (Of(60 - others), Of(61 - others));

        Assert.Empty(Check(new MethodLength(), fits));
        var finding = Assert.Single(Check(new MethodLength(), exceeds));
        Assert.Equal((5, true), (finding.Line, finding.Wrong.EndsWith("has 61 lines", StringComparison.Ordinal)));

        string Of(int lines) =>
            $"sealed class Job\n{{\n    /// <summary>{{</summary>\n    [Fact]\n    "
            + $"{method.Replace("@", Lines(lines) + "\n", StringComparison.Ordinal)}\n}}";
    }

    [Fact]
    public void A_table_is_no_method() =>
        Assert.Empty(Check(new MethodLength(), $"class Job\n{{\n    private readonly int[] _table =\n    [\n{Lines(80)}\n    ];\n}}"));

    [Theory]
    [InlineData("if (a) {\n}", 1)]
    [InlineData("class Job {\n}", 1)]
    [InlineData("if (a)\n    b();", 1)]
    [InlineData("b();\nforeach (var (c, d) in e)\n    b();", 2)]
    [InlineData("if (a)\n{\n}\nelse\n    b();", 4)]
    [InlineData("while (a(b))\n    b();", 1)]
    [InlineData("using (a)\n    b();", 1)]
    [InlineData("if (a) { b(); }", 1)]
    public void A_brace_that_is_missing_or_behind_code_is_found(string text, int line) =>
        Assert.Contains(Check(new Braces(), text), finding => finding.Line == line);

    [Theory]
    [InlineData("if (a is { Length: 1 })\n{\n    b();\n}\nelse if (c)\n{\n}\nelse\n{\n}")]
    [InlineData("do\n{\n}\nwhile (a);")]
    [InlineData("var a = new B { C = 1 }; // if (a) {")]
    [InlineData("public int A { get; } = 1;\nusing (a)\nusing (b)\n{\n}")]
    [InlineData("var json = \"\"\"\n    {\n      \"a\": {\n    \"\"\";")]
    [InlineData("var text = $\"{(a ? \"{\" : \"if (a) b\")} {{\";")]
    public void Braces_alone_on_their_lines_are_right(string text) => Assert.Empty(Check(new Braces(), text));

    [Theory]
    [InlineData("private readonly int count;")]
    [InlineData("private static readonly int s_count = 1;")]
    [InlineData("private static readonly int[] Counts = [1, 2];")]
    [InlineData("int count = 0;")]
    [InlineData("private (int A, int B) pair;")]
    [InlineData("private const int maxBytes = 1;")]
    public void A_field_of_another_style_is_found(string field) =>
        Assert.Equal(3, Assert.Single(Check(new FieldNames(), $"class Job\n{{\n    {field}\n}}")).Line);

    [Theory]
    [InlineData("private readonly int _count;")]
    [InlineData("private static readonly Func<int, int> _next = x => x == 1 ? 2 : 3;")]
    [InlineData("private const int MaxBytes = 1;")]
    [InlineData("public long ReadBytes;")]
    [InlineData("private enum Step\n{\n    Idle,\n}")]
    [InlineData("private sealed record Pair(int A, int B = 1);")]
    [InlineData("public int Count { get; private set; } = 1;")]
    [InlineData("private int Twice(int count = 1) => count * 2;")]
    [InlineData("private event Action? Left;")]
    [InlineData("private abstract int Of<T>(T one) where T : struct;")]
    public void Fields_of_the_one_style_and_what_is_no_field_are_right(string member) =>
        Assert.Empty(Check(new FieldNames(), $"class Job\n{{\n    {member}\n}}"));

    [Theory]
    [InlineData("internal static class JobHelper")]
    [InlineData("record JobManager(int A);")]
    [InlineData("class StringUtils")]
    [InlineData("enum Misc")]
    public void A_name_that_says_nothing_is_found(string head) => Assert.Single(Check(new TypeNames(), head));

    [Fact]
    public void A_name_that_says_something_is_right() => Assert.Empty(Check(new TypeNames(), "class Utilisation;\nclass Miscount;"));

    [Theory]
    [InlineData("Mbsa.Vm/Job.cs", "const int MostBytes = 1;", "write max")]
    [InlineData("Mbsa.Vm/Job.cs", "int Read(int least) => least;", "write min")]
    [InlineData("Mbsa.Vm/Job.cs", "void MoveBlock() { }", "write migrate for a VM, relocate for a block, copy for bytes")]
    [InlineData("Mbsa.Vm/Job.cs", "bool isMoving;", "write migrate for a VM, relocate for a block, copy for bytes")]
    [InlineData("Mbsa.Cores/Plan.cs", "record PlannedTenant;", "write claim for what a VM asks of its host: a tenant is a customer")]
    [InlineData("Mbsa.Host/Run.cs", "class ClusterEngine;", "write conductor or client: an engine is fio's ioengine")]
    [InlineData("Mbsa.Vm/Wear/Wear.cs", "class WriteGate;", "write another word: a gate opens and shuts an NVM area to stores")]
    [InlineData("Mbsa.Host/Run.cs", "class RunSession;", "write another word: a session is a VCPU's own way to a disk")]
    public void A_word_beside_the_glossary_is_found(string path, string text, string right) =>
        Assert.Contains(new Glossary().Check([new Source(path, text)]), finding => finding.Line == 1 && finding.Right == right);

    [Theory]
    [InlineData("Mbsa.Vm/Job.cs", "if (almost.MoveNext()) // the most")]
    [InlineData("Mbsa.Vm/Job.cs", "File.Move(a, b); var text = \"move\"; int remove, IoEngine;")]
    [InlineData("Mbsa.Host/Run.cs", "record TenantSpec(IoEngine Engine, int AtMost);")]
    [InlineData("Mbsa.Nvm/Memory/AccessGate.cs", "class AccessGate;")]
    [InlineData("tests/Mbsa.Vm.Tests/JobTests.cs", "void The_least_that_moves() { }")]
    public void Words_of_the_glossary_and_of_others_are_right(string path, string text) =>
        Assert.Empty(new Glossary().Check([new Source(path, text)]));

    [Theory]
    [InlineData("Mbsa.Vm/Job.cs", "using Mbsa.Nvm;\nusing Mbsa.Model;", 2)]
    [InlineData("Mbsa.Cores/Core.cs", "var a = Mbsa.Metrics.Fairness.Of(b);", 1)]
    [InlineData("Mbsa.New/New.cs", "using Mbsa.Nvm;", 1)]
    public void A_project_that_is_not_below_is_found(string path, string text, int line) =>
        Assert.Equal(line, Assert.Single(new Floors().Check([new Source(path, text)])).Line);

    [Fact]
    public void Projects_below_are_right() =>
        Assert.Empty(new Floors().Check([new Source("Mbsa.Host/Program.cs", "using Mbsa.Nvm;\nusing Mbsa.Actors;\n// Mbsa.Up")]));

    [Fact]
    public void A_circle_over_three_folders_is_found_at_each_of_its_arrows()
    {
        Source[] sources =
        [
            new("Mbsa.Vm/A/One.cs", "using Mbsa.Vm.B;\npublic class One : Two;"),
            new("Mbsa.Vm/B/Two.cs", "using Mbsa.Vm.C;\npublic class Two(Three three);"),
            new("Mbsa.Vm/C/Three.cs", "using Mbsa.Vm.A;\n// One\npublic class Three(One one);"),
            new("Mbsa.Vm/D/Four.cs", "using Mbsa.Vm.A;\npublic class Four : One;"),
        ];

        Assert.Equal(["Mbsa.Vm/A/One.cs:2", "Mbsa.Vm/B/Two.cs:2", "Mbsa.Vm/C/Three.cs:3"],
            new FolderCircles().Check(sources).Select(finding => $"{finding.Path}:{finding.Line}").Order());
    }

    [Fact]
    public void A_name_in_a_comment_or_a_text_makes_no_circle()
    {
        Source[] sources =
        [
            new("Mbsa.Vm/A/One.cs", "using Mbsa.Vm.B;\npublic class One : Two;"),
            new("Mbsa.Vm/B/Two.cs", "using Mbsa.Vm.A;\npublic class Two { /* One */ string a = \"One\"; }"),
        ];

        Assert.Empty(new FolderCircles().Check(sources));
    }

    private static string Lines(int count) => string.Join('\n', Enumerable.Repeat("    a();", count));

    private static List<Finding> Check(IRule rule, string text) => [.. rule.Check([new Source(Path, text)])];

    private static void AssertFound(IRule rule, string text, string message) =>
        Assert.StartsWith(message, Assert.Single(Check(rule, text)).ToString(), StringComparison.Ordinal);
}
