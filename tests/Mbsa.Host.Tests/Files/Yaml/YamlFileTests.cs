using System.Diagnostics;
using System.Text;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Files.Yaml;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Files.Yaml;

public sealed class YamlFileTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("", ": the file is empty")]
    [InlineData("# nothing\n\n", ": there is nothing in the file")]
    [InlineData("---\n...\n", ":2: nothing stands where keys of a scenario")]
    [InlineData("just words", ":1: 'just words' stands where keys of a scenario")]
    [InlineData("a: 1\n b: 2\n", ":2: this is not valid YAML: ")]
    [InlineData("a: 1\nb:\n  c: 1\n\td: 2\n", ":4: a tab; YAML is indented with spaces")]
    [InlineData("a: 1\nb:\n\tc: 1\n", ":3: a tab; YAML is indented with spaces")]
    [InlineData("vms:\n  - name: a\n    count: 2\n \t workload: 1\n", ":4: a tab; YAML is indented with spaces")]
    [InlineData("a: [1, 2\n", "this is not valid YAML: ")]
    [InlineData("a: \"open\n", "this is not valid YAML: ")]
    [InlineData("a: 1\n---\nb: 2\n", ":2: a second document begins here; only one a file is read")]
    [InlineData("? [a, b]\n: 1\n", ":1: a key must be a single word, not a list")]
    [InlineData("a: *b\n", ":1: '*b' refers to an anchor that does not stand before it")]
    [InlineData("a: &b\n  c: *b\n", ":2: '*b' stands inside the node it refers to")]
    [InlineData("?\n[\u2028>", "this is not valid YAML")]
    [InlineData("a: 1\nb: !!]\n", ":2: this is not valid YAML")]
    [InlineData("a: 1\nb: \0\n", ":2: there is a zero byte; a text file was expected")]
    public void A_file_that_is_no_scenario_is_one_line(string text, string expected)
    {
        var error = Assert.Single(ScenarioFile.Check(_scratch.Write(text)).Errors.Take(1));

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_an_error_with_their_line()
    {
        var path = _scratch.Write("");
        File.WriteAllBytes(path, [.. "name: a\nseed: "u8, 0xFF, 0xFE, (byte)'\n']);

        Assert.Equal($"{path}:2: this is not valid UTF-8 text", Assert.Single(ScenarioFile.Check(path).Errors));
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_text()
    {
        var path = _scratch.Write("");
        File.WriteAllText(path, ScratchScenario.With(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Empty(ScenarioFile.Check(path).Errors);
    }

    [Fact]
    public void A_missing_file_a_directory_and_a_name_that_is_none_are_one_line_each()
    {
        var missing = Path.Combine(_scratch.Folder, "no.yaml");

        Assert.Equal($"{missing}: there is no such file", Assert.Single(ScenarioFile.Check(missing).Errors));
        Assert.Equal($"{_scratch.Folder}: this is a directory; a YAML file was expected",
            Assert.Single(ScenarioFile.Check(_scratch.Folder).Errors));
        Assert.Equal("'' is not a file name", Assert.Single(ScenarioFile.Check("").Errors));
        Assert.Equal("'a?b' is not a file name", Assert.Single(ScenarioFile.Check("a\0b").Errors));
    }

    [Fact]
    public void Fifty_megabytes_are_refused_without_being_read()
    {
        var path = _scratch.Write("");
        using (var file = File.OpenWrite(path))
        {
            var line = Encoding.UTF8.GetBytes("name: a\n");
            for (var i = 0; i < 50 << 17; i++)
            {
                file.Write(line);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Single(ScenarioFile.Check(path).Errors);

        Assert.Equal($"{path}: the file is larger than 1 MiB, which no scenario or profile needs", error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Fact]
    public void Aliases_that_explode_are_counted_before_they_do()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 20; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        var clock = Stopwatch.StartNew();

        var error = Assert.Single(_scratch.Errors(text.ToString()));

        Assert.Equal("5: the file has more than 100000 values, aliases counted as often as they are used", error);
        // Ten to the twentieth nodes would take a little longer.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_part_of_a_file_can_be_used_again_by_an_alias()
    {
        var spec = _scratch.Spec("""
            duration: 1s
            vms:
              - { name: a, storage: &disk { size: 1MiB }, workload: &work { rw: read } }
              - { name: b, storage: *disk, workload: *work }
            """);

        Assert.Equal(spec.Vms[0].Storage, spec.Vms[1].Storage);
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Nesting_is_refused_beyond_64(char bracket)
    {
        var error = Assert.Single(_scratch.Errors("a: " + new string(bracket, 100_000)));

        Assert.Equal("1: lists and mappings stand more than 64 deep in one another", error);
    }

    [Fact]
    public void A_hundred_thousand_values_are_the_most() =>
        Assert.Contains("more than 100000 values",
            Assert.Single(_scratch.Errors($"a: [{string.Join(',', Enumerable.Repeat("1", 100_001))}]")), StringComparison.Ordinal);

    [Theory]
    [InlineData("k{0}: 1\n")]
    [InlineData("duration: {0}\n")]
    [InlineData("- {0}\n")]
    public void A_file_full_of_mistakes_stops_at_a_hundred(string line)
    {
        var text = string.Concat(Enumerable.Range(0, 40_000)
            .Select(i => line.Replace("{0}", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)));

        Assert.InRange(_scratch.Errors(text).Count, 1, Problems.MaxErrors);
    }

    [Fact]
    public void A_list_full_of_wrong_vms_events_and_expectations_stops_at_a_hundred()
    {
        var vms = string.Concat(Enumerable.Range(0, 9000).Select(i => $"  - {{ name: v{i}, wrong: 1 }}\n"));
        var events = string.Concat(Enumerable.Range(0, 6000).Select(i => $"  - {{ vm: x{i} }}\n"));
        var expectations = string.Concat(Enumerable.Range(0, 1000).Select(i => $"  - y{i}.iops > 0IOPS\n"));

        Assert.Equal(Problems.MaxErrors, _scratch.Errors($"duration: 1s\nvms:\n{vms}events:\n{events}expect:\n{expectations}").Count);
    }
}
