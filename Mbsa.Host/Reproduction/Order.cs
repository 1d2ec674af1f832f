namespace Mbsa.Host.Reproduction;

/// <summary>Bars of the form "this is faster than that".</summary>
internal static class Order
{
    /// <summary>What is called better must be so by a hundredth: less could be chance in a measurement, and rounding here.</summary>
    public const double Clearly = 1.01;

    /// <summary>One method is faster than another for each kind of request that matters.</summary>
    /// <param name="claim">Number of the claim.</param>
    /// <param name="better">The faster one.</param>
    /// <param name="worse">The slower one.</param>
    /// <param name="min">Least ratio of their bandwidths; 1 allows that they are equal.</param>
    /// <param name="matters">Which kinds count; null for all.</param>
    public static IEnumerable<Bar> Of(int claim, SpeedRow better, SpeedRow worse,
        double min = Clearly, Func<RequestKind, bool>? matters = null) =>
        RequestKind.All.Select((kind, i) => (kind, i)).Where(entry => matters?.Invoke(entry.kind) ?? true).Select(entry => new Bar(
            $"claim {claim}, {entry.kind.Name}: {better.Name} over {worse.Name}",
            IsMax: false, min, better[entry.i] / worse[entry.i], Unit: ""));
}
