using Mbsa.Host.Report;
using Mbsa.Host.Scenarios;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>What a scenario under the wall clock needs of the machine it really runs on. Under the virtual clock nothing is needed.</summary>
internal static class RealMachine
{
    /// <summary>Cuts the host's cores to those that are there, with a warning.</summary>
    /// <param name="path">The scenario file, for the message.</param>
    /// <param name="loaded">The scenario.</param>
    /// <exception cref="InputException">Its disks do not fit the memory of this machine.</exception>
    public static LoadedScenario Fit(string path, LoadedScenario loaded)
    {
        var memoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (loaded.Spec.PrefaultedBytes > memoryBytes / 10 * 9)
        {
            throw new InputException(path, 0, $"the disks take {Readable.Size(loaded.Spec.PrefaultedBytes)} of real memory under the wall clock and this machine has "
                + $"{Readable.Size(memoryBytes)}; make them smaller, or set 'payload: none' or 'payload: stamp' under 'nvm'");
        }

        var fitted = loaded.Spec.OnRealCores();
        return ReferenceEquals(fitted, loaded.Spec)
            ? loaded
            : loaded with
            {
                Spec = fitted,
                Warnings = [.. loaded.Warnings, $"the wall clock runs the host's {loaded.Spec.Host.Machine.Cores} cores on the {fitted.Host.Machine.Cores} of this machine"],
            };
    }
}
