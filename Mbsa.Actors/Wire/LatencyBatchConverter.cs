using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mbsa.Model.Watching;

namespace Mbsa.Actors.Wire;

/// <summary>A latency distribution as a list: the sum, then the cumulative counts.</summary>
internal sealed class LatencyBatchConverter : JsonConverter<LatencyBatch>
{
    /// <inheritdoc/>
    public override LatencyBatch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var numbers = JsonSerializer.Deserialize<ImmutableArray<long>>(ref reader, options);
        try
        {
            return new LatencyBatch(numbers[1..], numbers[0]);
        }
        catch (ArgumentException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LatencyBatch value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.CumulativeCounts.Insert(0, value.SumNs), options);
}
