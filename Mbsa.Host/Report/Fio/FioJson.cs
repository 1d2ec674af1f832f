using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mbsa.Host.Report.Fio;

/// <summary>Writes JSON as fio does: two blanks a level, a blank before each colon, six digits behind the point.</summary>
internal static class FioJson
{
    /// <summary>The text as UTF-8, with a line end at the end.</summary>
    public static byte[] Of(JsonNode root)
    {
        var text = new StringBuilder();
        Append(text, root, 0);
        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>A number with six digits behind the point, as fio names percentiles.</summary>
    public static string Fixed(double value) => value.ToString("F6", CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, JsonNode? node, int level)
    {
        switch (node)
        {
            case JsonObject map:
                AppendAll(text, '{', map, '}', level, (key, value) => Append(text.Append(Quoted(key)).Append(" : "), value, level + 1));
                break;
            case JsonArray list:
                var items = list.Select(item => KeyValuePair.Create("", item));
                AppendAll(text, '[', items, ']', level, (_, item) => Append(text, item, level + 1));
                break;
            case JsonValue value when value.TryGetValue<string>(out var word):
                text.Append(Quoted(word));
                break;
            case JsonValue value when value.TryGetValue<double>(out var number):
                text.Append(Fixed(number));
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{node!.GetValue<long>()}");
                break;
        }
    }

    private static void AppendAll(StringBuilder text, char open, IEnumerable<KeyValuePair<string, JsonNode?>> items,
        char close, int level, Action<string, JsonNode?> append)
    {
        text.Append(open);
        var separator = "";
        foreach (var (key, value) in items)
        {
            text.Append(separator).Append('\n').Append(' ', 2 * (level + 1));
            append(key, value);
            separator = ",";
        }

        text.Append('\n').Append(' ', 2 * level).Append(close);
    }

    private static string Quoted(string word) => $"\"{JsonEncodedText.Encode(word, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
