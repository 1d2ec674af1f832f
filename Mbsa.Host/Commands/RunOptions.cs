using System.Net;
using Mbsa.Actors.Nodes;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Report.Fio;
using Mbsa.Host.Telemetry;
using Mbsa.Model.Scenario;

namespace Mbsa.Host.Commands;

/// <summary>What somebody asked <c>mbsa run</c> for.</summary>
internal sealed record RunOptions
{
    /// <summary>The scenario's file.</summary>
    public required string Scenario { get; init; }

    /// <summary>What is asked for in place of what the scenario says.</summary>
    public ScenarioOverrides Overrides { get; init; } = new();

    /// <summary>Which I/Os are timed under the wall clock, in place of the scenario's.</summary>
    public LatencySampling? Latency { get; init; }

    /// <summary>Where the JSON report goes; "-" is standard output, null nowhere.</summary>
    public string? JsonPath { get; init; }

    /// <summary>In which form the report as fio writes it goes to <see cref="FioPath"/>; null for none.</summary>
    public FioFormat? Fio { get; init; }

    /// <summary>Where the report as fio writes it goes; "-" is standard output.</summary>
    public string FioPath { get; init; } = "-";

    /// <summary>Where the report as a page goes; "-" is standard output, null nowhere.</summary>
    public string? HtmlPath { get; init; }

    /// <summary>Show where the time of an I/O went on the conventional paths.</summary>
    public bool Stages { get; init; }

    /// <summary>Show nothing but what went wrong.</summary>
    public bool Quiet { get; init; }

    /// <summary>Where metrics and traces are sent; null for nowhere.</summary>
    public OtlpTarget? Otlp { get; init; }

    /// <summary>Where the web page listens; null for none.</summary>
    public IPEndPoint? Serve { get; init; }

    /// <summary>The cluster that is to run it, in <see cref="NodeOptions.Seeds"/>; null for this process.</summary>
    public NodeOptions? Cluster { get; init; }

    /// <summary>Standard output belongs to the report, or to nobody.</summary>
    public bool IsSilent => Quiet || JsonPath == "-" || HtmlPath == "-" || (Fio is not null && FioPath == "-");
}
