namespace Mbsa.Host.Report.Fio;

/// <summary>fio's <c>--output-format</c>, as far as there is one here.</summary>
internal enum FioFormat
{
    /// <summary>fio's <c>json</c>.</summary>
    Json,

    /// <summary>fio's <c>json+</c>: with every bucket of the latencies.</summary>
    JsonPlus,
}
