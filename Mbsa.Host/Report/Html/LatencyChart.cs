using System.Text;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Report.Html;

/// <summary>
/// Distributions of latencies side by side on one logarithmic axis: from least to most a thin line, from the median to the 99th
/// percentile a bar, a mark at each percentile.
/// </summary>
internal static class LatencyChart
{
    private const double Width = 1140, Left = 170, Right = 20, Row = 22, Top = 8, Bottom = 26;

    /// <summary>The picture; empty without a distribution.</summary>
    /// <param name="distributions">The name of each, and the distribution.</param>
    public static string Render(IReadOnlyList<(string Name, LatencySummary Latency)> distributions)
    {
        if (distributions.Count == 0)
        {
            return "";
        }

        var low = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, distributions.Min(d => d.Latency.Min)))));
        var high = Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(low * 10, distributions.Max(d => d.Latency.Max)))));
        double X(double ns) => Left + Math.Log10(Math.Max(ns, low) / low) / Math.Log10(high / low) * (Width - Left - Right);
        var bottom = Top + distributions.Count * Row;
        var svg = new StringBuilder();
        svg.Append(Inv($"<figure class=\"wide\"><svg viewBox=\"0 0 {Width} {bottom + Bottom}\" role=\"img\" aria-label=\"Latencies\">"));
        for (var decade = low; decade <= high * 1.0001; decade *= 10)
        {
            svg.Append(Inv($"<line class=\"grid\" x1=\"{X(decade):0.#}\" x2=\"{X(decade):0.#}\" y1=\"{Top}\" y2=\"{bottom}\"/>"));
            svg.Append(Inv($"<text x=\"{X(decade):0.#}\" y=\"{bottom + 18}\" text-anchor=\"middle\">"))
                .Append(Inv($"{Readable.Length((long)decade)}</text>"));
        }

        for (var i = 0; i < distributions.Count; i++)
        {
            var (name, latency) = distributions[i];
            var y = Top + (i + 0.5) * Row;
            svg.Append(Inv($"<text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{HtmlPage.Escape(name)}</text>"));
            svg.Append("<line class=\"range\" ")
                .Append(Inv($"x1=\"{X(latency.Min):0.#}\" x2=\"{X(latency.Max):0.#}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>"));
            var width = Math.Max(1.5, X(latency.P99) - X(latency.P50));
            svg.Append("<rect class=\"bulk\" ")
                .Append(Inv($"x=\"{X(latency.P50):0.#}\" y=\"{y - 4:0.#}\" width=\"{width:0.#}\" height=\"8\" rx=\"2\">"));
            svg.Append(Inv($"<title>{HtmlPage.Escape(name)}: p50 {Readable.Duration(latency.P50)}, p95 {Readable.Duration(latency.P95)}, "))
                .Append(Inv($"p99 {Readable.Duration(latency.P99)}, p99.9 {Readable.Duration(latency.P999)}, "))
                .Append(Inv($"most {Readable.Duration(latency.Max)}</title></rect>"));
            foreach (var percentile in (long[])[latency.P50, latency.P95, latency.P99, latency.P999])
            {
                svg.Append("<line class=\"mark\" ")
                    .Append(Inv($"x1=\"{X(percentile):0.#}\" x2=\"{X(percentile):0.#}\" y1=\"{y - 6:0.#}\" y2=\"{y + 6:0.#}\"/>"));
            }
        }

        return svg.Append("</svg></figure>").ToString();
    }

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
