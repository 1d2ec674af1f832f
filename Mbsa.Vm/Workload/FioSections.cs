using System.Text;

namespace Mbsa.Vm.Workload;

/// <summary>A section of a job file.</summary>
internal sealed record FioSection(string Name, string File, int Line, List<JobOption> Options)
{
    /// <summary>As in fio, every section whose name begins with "global".</summary>
    public bool IsGlobal => Name.StartsWith("global", StringComparison.Ordinal);
}

/// <summary>The text of a job file taken apart into sections and options, includes in place.</summary>
internal sealed class FioSections
{
    private const int LargestFileBytes = 1 << 20;
    private const int LongestName = 255;
    private const int DeepestInclude = 16;
    private const int MaxFiles = 256;
    private const int MaxSections = 4096;
    private const int MaxOptions = 100_000;
    private static readonly string[] _machineKeywords = ["$pagesize", "$mb_memory", "$ncpus"];
    private readonly Action<string> _warn;
    private readonly Action<InputException> _wrong;
    private readonly Func<string, string?> _environment;
    private readonly List<FioSection> _sections = [];
    private readonly Stack<string> _open = [];
    private int _files;
    private int _options;

    private FioSections(Action<string> warn, Action<InputException> wrong, Func<string, string?> environment) =>
        (_warn, _wrong, _environment) = (warn, wrong, environment);

    /// <summary>Reads a file; of what is wrong in it <paramref name="wrong"/> hears.</summary>
    public static IReadOnlyList<FioSection> Read(
        string path, Action<string> warn, Action<InputException> wrong, Func<string, string?> environment)
    {
        var reader = new FioSections(warn, wrong, environment);
        reader.ReadFile(path);
        return reader._sections;
    }

    private void ReadFile(string path)
    {
        _open.Push(Path.GetFullPath(path));
        var number = 0;
        foreach (var raw in FioText.Lines(path, LargestFileBytes))
        {
            number++;
            var end = raw.AsSpan().IndexOfAny(';', '#');
            var line = (end < 0 ? raw : raw[..end]).Trim();
            try
            {
                ReadLine(line, path, number);
            }
            catch (InputException mistake) when (_sections.Count < MaxSections && _options < MaxOptions && _files <= MaxFiles)
            {
                _wrong(mistake);
            }
        }

        _open.Pop();
    }

    private void ReadLine(string line, string path, int number)
    {
        if (line.Length == 0)
        {
            return;
        }

        if (line[0] == '[')
        {
            OpenSection(line, path, number);
        }
        else if (_sections.Count == 0)
        {
            throw new InputException(path, number,
                $"{JobOption.Shorten(line)}: an option outside of a section; a section begins with [name]");
        }
        else if (IsInclude(line))
        {
            Include(line["include".Length..].TrimStart(' ', '\t', '=').Trim(), path, number);
        }
        else
        {
            AddOption(line, path, number);
        }
    }

    private static bool IsInclude(string line) =>
        line.StartsWith("include", StringComparison.Ordinal) && (line.Length == 7 || line[7] is ' ' or '\t' or '=');

    private void OpenSection(string line, string path, int number)
    {
        if (_open.Count > 1)
        {
            throw new InputException(path, number, "an included file has options only, no sections (fio's rule)");
        }

        if (line[^1] != ']' || line.Length < 3)
        {
            throw new InputException(path, number, $"{JobOption.Shorten(line)}: a section's head is [name]");
        }

        var name = line[1..^1].Trim();
        if (name.Length is 0 or > LongestName)
        {
            throw new InputException(path, number, $"{JobOption.Shorten(line)}: a section's name has 1 to {LongestName} characters");
        }

        if (_sections.Count >= MaxSections)
        {
            throw new InputException(path, number, $"more than {MaxSections} sections");
        }

        _sections.Add(new FioSection(name, path, number, []));
    }

    private void AddOption(string line, string path, int number)
    {
        if (++_options > MaxOptions)
        {
            throw new InputException(path, number, $"more than {MaxOptions} options; includes count each time");
        }

        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? line : line[..equals].TrimEnd();
        var option = new JobOption(key, equals < 0 ? null : line[(equals + 1)..].Trim(), path, number);
        if (key.Length == 0)
        {
            throw option.Mistake("a name is missing before the =");
        }

        // fio stops at the blank and loses the suffix: its "size = 1g" is one byte.
        if (option.Value is { Length: > 1 } value && char.IsWhiteSpace(line[equals + 1])
            && char.IsAsciiDigit(value[0]) && char.IsAsciiLetter(value[^1]))
        {
            _warn(option.Remark("read as it is meant; fio itself loses the unit when a blank follows the ="));
        }

        _sections[^1].Options.Add(option with { Value = Expand(option) });
    }

    private void Include(string name, string path, int number)
    {
        if (name.Length == 0)
        {
            throw new InputException(path, number, "include needs the name of a file");
        }

        var target = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        if (_open.Contains(Path.GetFullPath(target)))
        {
            throw new InputException(path, number, $"include {JobOption.Shorten(name)}: the file would include itself");
        }

        if (_open.Count >= DeepestInclude)
        {
            throw new InputException(path, number, $"include {JobOption.Shorten(name)}: more than {DeepestInclude} files deep");
        }

        if (!File.Exists(target))
        {
            throw new InputException(path, number, $"include {JobOption.Shorten(name)}: there is no file {JobOption.Shorten(target)}");
        }

        if (++_files > MaxFiles)
        {
            throw new InputException(path, number, $"include {JobOption.Shorten(name)}: more than {MaxFiles} includes");
        }

        ReadFile(target);
    }

    private string? Expand(JobOption option)
    {
        var value = option.Value;
        if (value is null || !value.Contains('$', StringComparison.Ordinal))
        {
            return value;
        }

        var result = new StringBuilder();
        var at = 0;
        for (var open = value.IndexOf("${", StringComparison.Ordinal); open >= 0; open = value.IndexOf("${", at, StringComparison.Ordinal))
        {
            var close = value.IndexOf('}', open);
            var name = close > open + 2 ? value[(open + 2)..close] : throw option.Mistake("an environment variable is written ${NAME}");
            result.Append(value, at, open - at)
                .Append(_environment(name) ?? throw option.Mistake($"there is no environment variable {JobOption.Shorten(name)}"));
            at = close + 1;
        }

        var expanded = result.Append(value, at, value.Length - at).ToString();
        var keyword = Array.Find(_machineKeywords, word => expanded.Contains(word, StringComparison.Ordinal));
        return keyword is null ? expanded : throw option.Mistake($"{keyword} differs from machine to machine; write the number");
    }
}
