namespace Mbsa.Nvm.Timing;

/// <summary>
/// What a stretch of work asks of the three things a host shares out. It says nothing of how long it takes: that is the timeline's to say.
/// </summary>
/// <param name="CoreNs">Core time when nothing else slows it down, in nanoseconds.</param>
/// <param name="BusBytes">Bytes over the memory bus.</param>
/// <param name="NvmNs">Time the NVM device is busy with it, in nanoseconds.</param>
public readonly record struct WorkVector(double CoreNs, double BusBytes, double NvmNs)
{
    /// <summary>Adds two stretches of work.</summary>
    public static WorkVector operator +(WorkVector a, WorkVector b) => new(a.CoreNs + b.CoreNs, a.BusBytes + b.BusBytes, a.NvmNs + b.NvmNs);

    /// <summary>So much of a stretch of work.</summary>
    public static WorkVector operator *(WorkVector work, double share) =>
        new(work.CoreNs * share, work.BusBytes * share, work.NvmNs * share);

    /// <summary>Adds two stretches of work.</summary>
    public static WorkVector Add(WorkVector left, WorkVector right) => left + right;

    /// <summary>So much of a stretch of work.</summary>
    public static WorkVector Multiply(WorkVector left, double right) => left * right;
}
