using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Prometheus;

namespace Mbsa.Metrics.Tests;

/// <summary>One scrape: the text as served, and what it says.</summary>
internal sealed partial class Exposition
{
    private Exposition(string text)
    {
        Text = text;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 4);
            if (words[0] == "#")
            {
                (words[1] == "HELP" ? Help : Types).Add(words[2], words.Length > 3 ? words[3] : "");
            }
            else
            {
                Match match = SampleLine().Match(line);
                Assert.True(match.Success, $"Not a sample: {line}");
                Values.Add(match.Groups["series"].Value, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
            }
        }
    }

    public string Text { get; }

    public Dictionary<string, string> Help { get; } = [];

    public Dictionary<string, string> Types { get; } = [];

    /// <summary>Values by series as written: name{label="value",...}, labels sorted.</summary>
    public Dictionary<string, double> Values { get; } = [];

    public double this[string series] => Values[series];

    public static async Task<Exposition> Of(CollectorRegistry registry)
    {
        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream);
        return new Exposition(Encoding.UTF8.GetString(stream.ToArray()));
    }

    [GeneratedRegex("""^(?<series>[a-z_]+(\{([a-z_]+="[^"]*",?)+\})?) (?<value>\S+)$""")]
    private static partial Regex SampleLine();
}
