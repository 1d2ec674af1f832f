namespace Mbsa.Model.Scenario;

/// <summary>The three things a host shares out.</summary>
public enum Resource
{
    /// <summary>Core time.</summary>
    Cores,

    /// <summary>The memory bus.</summary>
    Bus,

    /// <summary>The NVM device.</summary>
    Nvm,
}

/// <summary>
/// Use of a host, each part in nanoseconds for which that whole resource is taken: on four cores, 4 us of core time take the cores for
/// 1 us. So parts can be compared, and divided by a stretch of time they are shares of the host.
/// </summary>
/// <param name="CoresNs">Of all cores.</param>
/// <param name="BusNs">Of the memory bus.</param>
/// <param name="NvmNs">Of the NVM.</param>
public readonly record struct ResourceUse(double CoresNs, double BusNs, double NvmNs)
{
    /// <summary>The resource that is used most; cores before bus before NVM.</summary>
    public Resource Dominant => CoresNs >= BusNs && CoresNs >= NvmNs ? Resource.Cores : BusNs >= NvmNs ? Resource.Bus : Resource.Nvm;

    /// <summary>Use of that resource: what is charged (Ghodsi et al., "Dominant Resource Fairness", NSDI 2011).</summary>
    public double DominantNs => Math.Max(CoresNs, Math.Max(BusNs, NvmNs));

    /// <summary>Use of one resource.</summary>
    public double this[Resource resource] => resource switch
    {
        Resource.Cores => CoresNs,
        Resource.Bus => BusNs,
        _ => NvmNs,
    };

    /// <summary>Adds two uses.</summary>
    public static ResourceUse operator +(ResourceUse a, ResourceUse b) => new(a.CoresNs + b.CoresNs, a.BusNs + b.BusNs, a.NvmNs + b.NvmNs);

    /// <summary>What was used since an earlier moment.</summary>
    public static ResourceUse operator -(ResourceUse a, ResourceUse b) => new(a.CoresNs - b.CoresNs, a.BusNs - b.BusNs, a.NvmNs - b.NvmNs);

    /// <summary>A multiple.</summary>
    public static ResourceUse operator *(ResourceUse use, double factor) =>
        new(use.CoresNs * factor, use.BusNs * factor, use.NvmNs * factor);

    /// <summary>The larger of each part.</summary>
    public static ResourceUse Max(ResourceUse a, ResourceUse b) =>
        new(Math.Max(a.CoresNs, b.CoresNs), Math.Max(a.BusNs, b.BusNs), Math.Max(a.NvmNs, b.NvmNs));

    /// <summary>Adds two uses.</summary>
    public static ResourceUse Add(ResourceUse left, ResourceUse right) => left + right;

    /// <summary>What was used since an earlier moment.</summary>
    public static ResourceUse Subtract(ResourceUse left, ResourceUse right) => left - right;

    /// <summary>A multiple.</summary>
    public static ResourceUse Multiply(ResourceUse use, double factor) => use * factor;
}
