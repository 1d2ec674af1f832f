using System.Collections.Immutable;
using System.Globalization;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Files.Yaml;

/// <summary>
/// Takes the values out of a mapping by key and type. What is wrong goes to <see cref="Problems"/> and reads as absent, so that the rest is
/// still read. A key with <c>null</c> is as good as no key.
/// </summary>
internal sealed class MappingReader
{
    private readonly Dictionary<string, (ScalarNode Written, Node Value)> _values = [];
    private readonly List<(string Key, int Line, Node Value)> _entries = [];
    private readonly string _what;

    private MappingReader(MappingNode node, string what, IReadOnlyCollection<string>? keys, Problems problems, OldKeys? old)
    {
        (Line, _what, Problems) = (node.Line, what, problems);
        foreach (var (written, value) in node.Entries)
        {
            var key = old?.Renamed(written, problems) ?? written;
            if (_values.TryGetValue(key.Text, out var first))
            {
                var given = written.Text == first.Written.Text
                    ? $"'{Excerpt.Of(written.Text)}' is given twice in {what}"
                    : $"'{written.Text}' and '{first.Written.Text}' of {what} are one key in two spellings; write '{key.Text}' alone";
                problems.Error(key.Line, $"{given}; the first is on line {first.Written.Line}");
            }
            else if (old?.Instead(key.Text, value, node) is { } instead)
            {
                problems.Error(key.Line, $"'{key.Text}' is now '{instead}'");
                HasOldKey = true;
            }
            else if (keys is not null && !keys.Contains(key.Text))
            {
                problems.Unknown(key.Line, $"key of {what}", key.Text, keys);
            }
            else
            {
                _values.Add(key.Text, (written, value));
                _entries.Add((key.Text, key.Line, value));
            }
        }
    }

    /// <summary>Line the mapping begins on.</summary>
    public int Line { get; }

    /// <summary>Where the errors go.</summary>
    public Problems Problems { get; }

    /// <summary>A key is spelt as it was once, which is an error already.</summary>
    public bool HasOldKey { get; }

    /// <summary>Reads a node as a mapping with these keys; null, and an error, when it is none.</summary>
    /// <param name="node">The node.</param>
    /// <param name="what">What it describes, for messages: "the host".</param>
    /// <param name="keys">The keys it can have; null for any.</param>
    /// <param name="problems">Where errors go.</param>
    /// <param name="old">Keys it had once.</param>
    public static MappingReader? Open(
        Node node, string what, IReadOnlyCollection<string>? keys, Problems problems, OldKeys? old = null)
    {
        if (node is MappingNode mapping)
        {
            return new MappingReader(mapping, what, keys, problems, old);
        }

        var expected = keys is null ? "a mapping of keys" : $"keys of {what} ({string.Join(", ", keys)})";
        problems.Error(node.Line, $"{node.Kind} stands where {expected} should stand");
        return null;
    }

    /// <summary>The keys in the order of the file, those with nothing behind them too.</summary>
    public IReadOnlyList<(string Key, int Line, Node Value)> Entries => _entries;

    /// <summary>The value of a key; null when there is none.</summary>
    public Node? Find(string key) => _values.TryGetValue(key, out var found) && !found.Value.IsNull ? found.Value : null;

    /// <summary>The line of a key, or of the mapping when it does not have it.</summary>
    public int LineOf(string key) => _values.TryGetValue(key, out var found) ? found.Written.Line : Line;

    /// <summary>Says that a key is needed, if it is absent.</summary>
    public bool Require(string key, string example)
    {
        if (Find(key) is not null)
        {
            return true;
        }

        Problems.Error(Line, $"'{key}' is missing from {_what}; for example '{example}'");
        return false;
    }

    /// <summary>A word or text.</summary>
    public string? Text(string key) => Find(key) switch
    {
        null => null,
        ScalarNode scalar => scalar.Text,
        var other => Wrong<string>(other.Line, key, $"a text was expected, not {other.Kind}"),
    };

    /// <summary>A whole number between two bounds.</summary>
    public int? Integer(string key, int min, int max) => (int?)Integer(key, (long)min, max);

    /// <summary>A whole number between two bounds.</summary>
    public long? Integer(string key, long min, long max)
    {
        if (Scalar(key, "a whole number") is not { } scalar)
        {
            return null;
        }

        if (!long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value < min || value > max)
        {
            return WrongValue<long>(scalar, key, $"a whole number from {min} to {max} was expected");
        }

        return value;
    }

    /// <summary>A whole number of 64 bits without sign.</summary>
    public ulong? Unsigned(string key)
    {
        if (Scalar(key, "a whole number") is not { } scalar)
        {
            return null;
        }

        if (!ulong.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return WrongValue<ulong>(scalar, key, $"a whole number from 0 to {ulong.MaxValue} was expected");
        }

        return value;
    }

    /// <summary>A plain number between two bounds, the lower one excluded.</summary>
    public double? Number(string key, double above, double max)
    {
        if (Scalar(key, "a number") is not { } scalar)
        {
            return null;
        }

        if (!double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !(value > above) || !(value <= max))
        {
            return WrongValue<double>(scalar, key, FormattableString.Invariant($"a number above {above} and up to {max} was expected"));
        }

        return value;
    }

    /// <summary>A number with a unit, whole in the unit it is kept in, between two bounds.</summary>
    public long? Whole(string key, Dimension dimension, long min, long max)
    {
        if (Scalar(key, Quantity.NameOf(dimension)) is not { } scalar)
        {
            return null;
        }

        if (Quantity.TryWhole(scalar.Text, dimension, out var value) is { } error)
        {
            return Wrong<long?>(scalar.Line, key, error);
        }

        if (value < min || value > max)
        {
            return WrongValue<long>(scalar, key, $"{Range(min, max, dimension)} was expected");
        }

        return value;
    }

    /// <summary>A number with a unit between two bounds.</summary>
    public double? Measure(string key, Dimension dimension, double min, double max)
    {
        if (Scalar(key, Quantity.NameOf(dimension)) is not { } scalar)
        {
            return null;
        }

        if (Quantity.Try(scalar.Text, dimension, out var value) is { } error)
        {
            return Wrong<double?>(scalar.Line, key, error);
        }

        if (value < min || value > max)
        {
            return WrongValue<double>(scalar, key, $"{Range(min, max, dimension)} was expected");
        }

        return value;
    }

    /// <summary>true or false.</summary>
    public bool? Flag(string key) => Scalar(key, "true or false") switch
    {
        null => null,
        { Text: "true" } => true,
        { Text: "false" } => false,
        var other => WrongValue<bool>(other, key, "true or false was expected"),
    };

    /// <summary>One of several names.</summary>
    public T? Choice<T>(string key, IReadOnlyList<(string Name, T Value)> choices, IReadOnlyList<string>? future = null)
        where T : struct
    {
        if (Name(key, [.. choices.Select(c => c.Name)], future) is not { } name)
        {
            return null;
        }

        return choices.First(c => c.Name == name).Value;
    }

    /// <summary>One of several names.</summary>
    /// <param name="key">The key.</param>
    /// <param name="known">The names.</param>
    /// <param name="future">Names that will be known one day.</param>
    public string? Name(string key, IReadOnlyList<string> known, IReadOnlyList<string>? future = null)
    {
        if (Scalar(key, "a name") is not { } scalar || known.Contains(scalar.Text))
        {
            return Find(key) is ScalarNode found ? found.Text : null;
        }

        if (future is not null && future.Contains(scalar.Text))
        {
            return Wrong<string>(scalar.Line, key, $"'{scalar.Text}' is not available yet; available: {string.Join(", ", known)}");
        }

        Problems.Unknown(scalar.Line, key, scalar.Text, known);
        return null;
    }

    /// <summary>A mapping below this one.</summary>
    public MappingReader? Mapping(string key, string what, IReadOnlyCollection<string>? keys, OldKeys? old = null) =>
        Find(key) is { } node ? Open(node, what, keys, Problems, old) : null;

    /// <summary>A list; empty when there is none.</summary>
    public ImmutableArray<Node> List(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case SequenceNode sequence:
                return sequence.Items;
            case var other:
                Problems.Error(other.Line, $"'{key}': a list was expected (lines that begin with '- '), not {other.Kind}");
                return [];
        }
    }

    private ScalarNode? Scalar(string key, string expected) => Find(key) switch
    {
        null => null,
        ScalarNode scalar => scalar,
        var other => Wrong<ScalarNode>(other.Line, key, $"{expected} was expected, not {other.Kind}"),
    };

    private static string Range(double min, double max, Dimension dimension) =>
        $"{Quantity.NameOf(dimension)} from {QuantityText.Format(min, dimension)} to {QuantityText.Format(max, dimension)}";

    private T? WrongValue<T>(ScalarNode scalar, string key, string expected)
        where T : struct
    {
        Problems.Error(scalar.Line, $"'{key}': {expected}, not {scalar.Kind}");
        return null;
    }

    private T? Wrong<T>(int line, string key, string message)
    {
        Problems.Error(line, $"'{key}': {message}");
        return default;
    }
}
