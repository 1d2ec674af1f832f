using Mbsa.Host.Calibration;
using Mbsa.Host.Files.Profiles;

namespace Mbsa.Host.Tests.Calibration;

/// <summary>What a profile says of an operation, by how long small and large ones took.</summary>
public sealed class MachineCalibrationTests
{
    [Theory]
    [InlineData(500, 1500, 700, 166.7, 1.0 / 12.288, 200)]
    [InlineData(500, 400, 400, 500, 0, 0)] // large ones were not slower
    [InlineData(500, 60_000, 700, ProfileReader.MinOperationNs, 499 / 4096.0, 200)] // other programs had the cores meanwhile
    [InlineData(ProfileReader.MinOperationNs, 60_000, 1, ProfileReader.MinOperationNs, 0, 0)]
    public void An_operation_costs_what_a_small_one_took_and_never_nothing(
        double smallNs, double largeNs, double randomNs, double operationNs, double nsPerByte, double addedNs)
    {
        var cost = MachineCalibration.Split(smallNs, largeNs, randomNs);

        Assert.Equal(operationNs, cost.OperationNs, 0.1);
        Assert.Equal(nsPerByte, cost.NsPerByte, 0.001);
        Assert.Equal(addedNs, cost.RandomNs, 0.1);
        Assert.Equal(smallNs, cost.OperationNs + 4096 * cost.NsPerByte, 1e-6);
        Assert.True(cost.OperationNs >= ProfileReader.MinOperationNs);
    }
}
