using System.Globalization;

namespace Mbsa.Metrics;

/// <summary>How the tags of a measurement become the labels of a series. Worked out once for each list of tag keys.</summary>
internal sealed class LabelLayout
{
    private readonly string[] _keys;
    private readonly int[] _slots;

    /// <summary>Works out the labels of these tags.</summary>
    /// <param name="tags">Tags of a measurement; only their keys matter.</param>
    public LabelLayout(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _keys = new string[tags.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            _keys[i] = tags[i].Key;
        }
        // Sorted, so that the order in which tags are given makes no second series.
        Names = [.. _keys.Select(PrometheusNames.Label).Distinct().Order(StringComparer.Ordinal)];
        _slots = [.. _keys.Select(key => Array.IndexOf(Names, PrometheusNames.Label(key)))];
    }

    /// <summary>Names of the labels, sorted.</summary>
    public string[] Names { get; }

    /// <summary>Whether these tags have the keys this layout was made for, in the same order.</summary>
    /// <param name="tags">Tags of a measurement.</param>
    /// <returns>True if so.</returns>
    public bool Fits(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _keys.Length)
        {
            return false;
        }
        for (int i = 0; i < _keys.Length; i++)
        {
            if (tags[i].Key != _keys[i])
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Values of the labels. Tags whose keys become the same name are joined by a semicolon, as OpenTelemetry asks.</summary>
    /// <param name="tags">Tags that fit.</param>
    /// <returns>A value for each name.</returns>
    public string[] Values(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var values = new string?[Names.Length];
        for (int i = 0; i < tags.Length; i++)
        {
            string value = Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "";
            ref string? slot = ref values[_slots[i]];
            slot = slot is null ? value : $"{slot};{value}";
        }
        return values!;
    }
}
