namespace Mbsa.Vm.Jobs;

/// <summary>How a CPU hog that keeps a part of a VCPU busy computes and idles in turn. A whole hog only computes.</summary>
/// <param name="cpuPercent">The part, 1 to 100.</param>
internal struct DutyCycle(int cpuPercent)
{
    private double _computedNs;
    private double _busyNs = RunningJob.ComputePeriodNs * cpuPercent / 100;

    /// <summary>How long it computes in a cycle on the average, in nanoseconds.</summary>
    public readonly double MeanBusyNs => RunningJob.ComputePeriodNs * cpuPercent / 100;

    /// <summary>Goes to a place of the cycle, in nanoseconds from its beginning.</summary>
    /// <returns>How long it idles first, in nanoseconds.</returns>
    public double BeginAt(double placeNs)
    {
        if (placeNs < _busyNs)
        {
            _computedNs = placeNs;
            return 0;
        }

        return RunningJob.ComputePeriodNs - placeNs;
    }

    /// <summary>Core time it computes before it idles, at most the budget.</summary>
    public readonly double BudgetNs(long budgetNs) =>
        cpuPercent == 100 ? budgetNs : Math.Min(budgetNs, Math.Max(1, _busyNs - _computedNs));

    /// <summary>Takes note of core time.</summary>
    /// <returns>How long it idles now, on the average; null when it goes on computing.</returns>
    public double? Compute(double computedNs)
    {
        _computedNs += computedNs;
        return cpuPercent < 100 && _computedNs >= _busyNs ? RunningJob.ComputePeriodNs - MeanBusyNs : null;
    }

    /// <summary>Begins the next cycle, in which it computes for so long, in nanoseconds.</summary>
    public void BeginNext(double busyNs) => (_computedNs, _busyNs) = (0, busyNs);

    /// <summary>Writes down where it stands.</summary>
    public readonly void SaveTo(BinaryWriter to)
    {
        to.Write(_computedNs);
        to.Write(_busyNs);
    }

    /// <summary>Goes on where one like it stood.</summary>
    public void RestoreFrom(BinaryReader from) => (_computedNs, _busyNs) = (from.ReadDouble(), from.ReadDouble());
}
