namespace Mbsa.Metrics;

/// <summary>Where the instruments read from. Nothing is pushed on the way of an I/O: whoever collects asks for a sample.</summary>
public interface IMetricsSource
{
    /// <summary>
    /// How the run stands now. Called on the collector's thread while the run goes on, never twice at a time by one
    /// <see cref="MbsaInstruments"/>; must not wait for the run. Counters never fall from one sample to the next.
    /// </summary>
    /// <returns>A sample that does not change any more.</returns>
    RunSample Sample();
}
