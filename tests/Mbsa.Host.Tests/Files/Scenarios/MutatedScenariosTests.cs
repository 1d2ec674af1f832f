using System.Text;
using CsCheck;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Files.Scenarios;

/// <summary>Whatever happens to a scenario file, reading it ends with a scenario or with lines for a person.</summary>
public sealed class MutatedScenariosTests : IDisposable
{
    private static readonly string[] _texts = [.. Repository.Scenarios.Select(File.ReadAllText)];

    private static readonly string[] _numbers =
        ["-1", "0", "1", "3.7", "99999999999999999999", "1e300", "NaN", "-0", "0x10", "4294967296",
            "9223372036854775807", "", "~", "[]", "{}", "*a", "&a x", "!t x", "!!]", "[\u0085>", "\"", "%"];

    private static readonly string[] _keys =
        ["vcpus", "count", "size", "fio", "cpu", "rw", "bs", "at", "vm", "qos", "file", "machine", "start", "<<", "? x",
            "name", "expect", "host", "hosts", "migrate", "every", "for", "tenants", "vms", "\t", "- ", "host.p99", "*"];

    /// <summary>One thing that can happen to a text; the numbers say where, and with what.</summary>
    private static readonly Gen<Func<string, string>> _mutation =
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue])
        .Select((kind, where, what) => (Func<string, string>)(text => Mutate(text, kind, where, what)));

    private readonly ScratchScenario _scratch = new();

    public MutatedScenariosTests()
    {
        Directory.CreateDirectory(Path.Combine(_scratch.Folder, "jobs"));
        foreach (var job in Directory.GetFiles(Path.Combine(Repository.Root, "scenarios", "jobs")))
        {
            File.Copy(job, Path.Combine(_scratch.Folder, "jobs", Path.GetFileName(job)));
        }
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_scenario_that_was_tampered_with_is_read_or_refused_in_lines() =>
        Gen.Select(Gen.Int[0, _texts.Length - 1], _mutation.Array[1, 6], Gen.Int[0, int.MaxValue]).Sample(
            (file, mutations, number) => ReadOrRefuse(mutations.Aggregate(_texts[file], (text, mutate) => mutate(text)), number),
            iter: 500);

    [Fact]
    public void Any_bytes_at_all_are_read_or_refused_in_lines() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, int.MaxValue])
        .Sample((bytes, number) => ReadOrRefuse(Encoding.Latin1.GetString(bytes), number), iter: 100);

    private void ReadOrRefuse(string text, int number)
    {
        // The samples run side by side, so each has a file of its own; Latin-1 makes bytes of it that may be no UTF-8.
        var path = Path.Combine(_scratch.Folder, $"{number}-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, text, Encoding.Latin1);
        var check = ScenarioFile.Check(path);
        Assert.All(check.Errors, e => Assert.DoesNotContain('\n', e));
        Assert.All(check.Errors, e => Assert.NotEmpty(e));
        try
        {
            ScenarioFile.Load(path);
            Assert.Empty(check.Errors);
        }
        catch (InputException)
        {
            Assert.NotEmpty(check.Errors);
        }

        File.Delete(path);
    }

    private static string Mutate(string text, int kind, int where, int what)
    {
        if (text.Length == 0)
        {
            return "a";
        }

        var lines = text.Split('\n');
        var line = where % lines.Length;
        var at = where % text.Length;
        return kind switch
        {
            0 => string.Concat(text.AsSpan(0, at), ((char)(text[at] ^ (1 << (what % 8)))).ToString(), text.AsSpan(at + 1)),
            1 => string.Concat(text.AsSpan(0, at), ((char)(what % 256)).ToString(), text.AsSpan(at)),
            2 => text.Remove(at, Math.Min(1 + (what % 20), text.Length - at)),
            3 => string.Join('\n', lines.Where((_, i) => i != line)),
            4 => string.Join('\n', [.. lines[..line], lines[line], .. lines[line..]]),
            5 => string.Join('\n', [.. lines[..line], lines[what % lines.Length], .. lines[line..]]),
            6 => ReplaceNumber(text, at, _numbers[what % _numbers.Length]),
            7 => ReplaceWord(text, at, _keys[what % _keys.Length]),
            _ => string.Join('\n', [.. lines[..line],
                new string(' ', what % 6) + _keys[what % _keys.Length] + ": " + _numbers[what % _numbers.Length], .. lines[line..]]),
        };
    }

    private static string ReplaceNumber(string text, int from, string number) => ReplaceRun(text, from, number, char.IsAsciiDigit);

    private static string ReplaceWord(string text, int from, string word) => ReplaceRun(text, from, word, char.IsAsciiLetter);

    private static string ReplaceRun(string text, int from, string with, Func<char, bool> isPart)
    {
        var start = from;
        while (start < text.Length && !isPart(text[start]))
        {
            start++;
        }

        var end = start;
        while (end < text.Length && isPart(text[end]))
        {
            end++;
        }

        return string.Concat(text.AsSpan(0, start), with, text.AsSpan(end));
    }
}
