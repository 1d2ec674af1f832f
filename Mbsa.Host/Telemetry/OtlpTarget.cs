using Mbsa.Vm;
using OpenTelemetry.Exporter;

namespace Mbsa.Host.Telemetry;

/// <summary>Where metrics and traces are sent by the OpenTelemetry protocol.</summary>
/// <param name="Endpoint">The collector.</param>
/// <param name="Protocol">How it is spoken to.</param>
internal sealed record OtlpTarget(Uri Endpoint, OtlpExportProtocol Protocol)
{
    /// <summary>The variable that names the collector, as the OpenTelemetry specification has it.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The variable that names the protocol.</summary>
    public const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>The variable with what is sent in the header of each request.</summary>
    public const string HeadersVariable = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>What was asked for.</summary>
    /// <param name="option">Value of <c>--otlp</c>; null when it was not given.</param>
    /// <param name="variable">Looks up a variable of the environment.</param>
    /// <returns>Null when nothing is to be sent.</returns>
    /// <exception cref="InputException">The address or the protocol is none, or the headers are no pairs.</exception>
    public static OtlpTarget? Of(string? option, Func<string, string?> variable)
    {
        var (text, source) = option is not null ? (option, "--otlp") : (variable(EndpointVariable), EndpointVariable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return option is null ? null : throw new InputException("--otlp: name the collector, as in http://127.0.0.1:4318");
        }

        foreach (var pair in (variable(HeadersVariable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.IndexOf('=', StringComparison.Ordinal) is var at && string.IsNullOrWhiteSpace(at < 0 ? null : pair[..at]))
            {
                throw new InputException($"{HeadersVariable}: '{pair}' is not a pair like key=value; several are separated by commas");
            }
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? new OtlpTarget(endpoint, ProtocolOf(variable(ProtocolVariable)))
            : throw new InputException($"{source}: '{text}' is not the address of a collector; write one as in http://127.0.0.1:4318");
    }

    /// <summary>The address for one signal: over HTTP each has a path of its own.</summary>
    /// <param name="signal">"metrics" or "traces".</param>
    public Uri For(string signal) => Protocol == OtlpExportProtocol.HttpProtobuf
        ? new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}")
        : Endpoint;

    private static OtlpExportProtocol ProtocolOf(string? name) => name switch
    {
        null or "" or "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
        "grpc" => OtlpExportProtocol.Grpc,
        _ => throw new InputException($"{ProtocolVariable}: '{name}' is not a protocol; 'http/protobuf' and 'grpc' are"),
    };
}
