using Mbsa.Host.Calibration;
using Mbsa.Vm.Paths;

namespace Mbsa.Bench.Measuring;

/// <summary>This machine's profile, as <c>mbsa calibrate</c> measures it.</summary>
internal static class Calibration
{
    /// <summary>Measures; half a minute. Progress goes to standard error.</summary>
    public static MachineProfile Measure() => new MachineCalibration().Measure(Console.Error.WriteLine, CancellationToken.None);

    /// <summary>The profile half-way between two: of a machine that changed its pace between them.</summary>
    public static MachineProfile Mean(MachineProfile first, MachineProfile second) => first with
    {
        MemoryBandwidthBytesPerSecond = Mean(first.MemoryBandwidthBytesPerSecond, second.MemoryBandwidthBytesPerSecond),
        Paths = first.Paths.ToDictionary(path => path.Key, path => new PathCosts(
            Mean(path.Value.Read, second.Paths[path.Key].Read),
            Mean(path.Value.Write, second.Paths[path.Key].Write))),
    };

    private static OperationCost Mean(OperationCost a, OperationCost b) =>
        new(Mean(a.OperationNs, b.OperationNs), Mean(a.NsPerByte, b.NsPerByte), Mean(a.RandomNs, b.RandomNs));

    private static double Mean(double a, double b) => (a + b) / 2;
}
