using System.Text.Json.Nodes;
using Mbsa.Host.Figures;
using Mbsa.Host.Wording;
using Mbsa.Model.Results;

namespace Mbsa.Host.Report;

/// <summary>The figures of a VM as JSON, each under the key its entry names.</summary>
internal static class FigureJson
{
    /// <summary>Puts them where they belong. A group of which nothing is known is null.</summary>
    public static JsonObject Of(VmResult vm, RunResult run)
    {
        var root = new JsonObject();
        foreach (var figure in Catalogue.All.Where(figure => figure.Json is not null))
        {
            Put(root, figure.Json!.Split('.'), figure.Shown(vm, run) is { } value && double.IsFinite(value) ? Number(figure, value) : null);
        }

        Fold(root);
        return root;
    }

    private static void Put(JsonObject group, ReadOnlySpan<string> path, JsonNode? value)
    {
        if (path.Length == 1)
        {
            group[path[0]] = value;
            return;
        }

        if (group[path[0]] is not JsonObject inner)
        {
            group[path[0]] = inner = [];
        }

        Put(inner, path[1..], value);
    }

    private static void Fold(JsonObject group)
    {
        foreach (var (key, value) in group.ToArray())
        {
            if (value is JsonObject inner)
            {
                Fold(inner);
                if (inner.All(each => each.Value is null))
                {
                    group[key] = null;
                }
            }
        }
    }

    /// <summary>Whole numbers have no fraction and no exponent, however large.</summary>
    private static JsonValue Number(Figure figure, double value)
    {
        var inUnit = figure.Dimension == Dimension.Time && figure.Json!.EndsWith("_seconds", StringComparison.Ordinal)
            ? value / 1e9
            : value;
        return Math.Abs(inUnit) < 1L << 53 && inUnit == Math.Floor(inUnit) ? JsonValue.Create((long)inUnit) : JsonValue.Create(inUnit);
    }
}
