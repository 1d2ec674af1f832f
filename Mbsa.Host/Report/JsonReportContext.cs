using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mbsa.Host.Report;

/// <summary>Writes the report without reflection, in one fixed format: snake_case, indented, LF, UTF-8 without a mark.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(JsonReport))]
internal sealed partial class JsonReportContext : JsonSerializerContext
{
    // An expectation reads ">=" in the file too, not \u003E=; the report is never put into a page unescaped.
    private static readonly JsonReportContext _context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The report's bytes, with a line end at the end.</summary>
    public static byte[] Serialize(JsonReport report) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(report, _context.JsonReport), (byte)'\n'];
}
