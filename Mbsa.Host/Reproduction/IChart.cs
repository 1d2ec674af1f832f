namespace Mbsa.Host.Reproduction;

/// <summary>A picture of a figure.</summary>
internal interface IChart
{
    /// <summary>As SVG, the same bytes on every machine.</summary>
    string Render();
}
