using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests;

/// <summary>VMs for tests.</summary>
internal static class Lab
{
    /// <summary>A VM that only computes, as the planner sees it.</summary>
    public static VmClaim Claim(int vm, int vcpus, double weight) =>
        new(vm, vcpus, new QosSpec { Weight = weight }, OperationMix.Computing(1));
}
