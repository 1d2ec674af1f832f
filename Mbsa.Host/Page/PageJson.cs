using System.Text.Json.Serialization;

namespace Mbsa.Host.Page;

/// <summary>Writes what the page asks for, without reflection: snake_case, nothing left out, on one line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PageScenario))]
[JsonSerializable(typeof(PageFrame))]
[JsonSerializable(typeof(PageSeries))]
[JsonSerializable(typeof(PageWear))]
[JsonSerializable(typeof(IReadOnlyList<PageEvent>))]
internal sealed partial class PageJson : JsonSerializerContext
{
    /// <summary>Five significant digits are more than a page shows; a number that is none is null.</summary>
    public static double? Figure(double value) => double.IsFinite(value) ? Short(value) : null;

    /// <summary>The same of a number that is one.</summary>
    public static double Short(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return 0;
        }

        var digits = 4 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }
}
