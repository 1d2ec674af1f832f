using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Wording;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>
/// What a scenario under the wall clock needs of the machine it really runs on. Under the virtual clock nothing is needed.
/// </summary>
internal static class RealMachine
{
    /// <summary>
    /// Cuts the host's cores to those that are there and falls back to protections that this machine can do, each with a warning.
    /// </summary>
    /// <param name="path">The scenario file, for the message.</param>
    /// <param name="loaded">The scenario.</param>
    /// <exception cref="InputException">Its disks do not fit the memory of this machine,
    /// or the machine cannot protect them as it is told to.</exception>
    public static LoadedScenario Fit(string path, LoadedScenario loaded)
    {
        var memoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (loaded.Spec.PrefaultedBytes > memoryBytes / 10 * 9)
        {
            throw new InputException(path, 0,
                $"the disks take {Readable.Size(loaded.Spec.PrefaultedBytes)} of real memory under the wall clock and this machine has "
                + $"{Readable.Size(memoryBytes)}; make them smaller, or set 'payload: none' or 'payload: stamp' under 'nvm'");
        }

        loaded = Protect(path, loaded, ProtectionSupport.WhyNot);
        var fitted = loaded.Spec.OnRealCores();
        return ReferenceEquals(fitted, loaded.Spec)
            ? loaded
            : loaded with
            {
                Spec = fitted,
                Warnings = [.. loaded.Warnings, "the wall clock runs the host's "
                    + $"{loaded.Spec.Host.Machine.Cores} cores on the {fitted.Host.Machine.Cores} of this machine"],
            };
    }

    /// <summary>Puts the fallback in place of each protection that cannot be had, or says why there is none.</summary>
    /// <param name="path">The scenario file, for the message.</param>
    /// <param name="loaded">The scenario.</param>
    /// <param name="whyNot">Why a protection cannot be had; null when it can.</param>
    /// <exception cref="InputException">A protection cannot be had and there is nothing to fall back to.</exception>
    internal static LoadedScenario Protect(string path, LoadedScenario loaded, Func<ProtectionMethod, string?> whyNot)
    {
        if (loaded.Spec.Clock == ClockKind.Virtual)
        {
            return loaded;
        }

        var reasons = loaded.Spec.Vms.Select(vm => vm.Storage?.Protection ?? ProtectionMethod.None).Distinct()
            .Select(method => (Method: method, Reason: whyNot(method)))
            .Where(r => r.Reason is not null).ToDictionary(r => r.Method, r => r.Reason!);
        if (reasons.Count == 0)
        {
            return loaded;
        }

        var warnings = loaded.Warnings.ToList();
        var vms = loaded.Spec.Vms.Select(vm =>
        {
            if (vm.Storage is not { } storage || !reasons.TryGetValue(storage.Protection, out var reason))
            {
                return vm;
            }

            var wanted = KnownNames.NameOf(storage.Protection);
            if (storage.ProtectionFallback is not { } fallback || whyNot(fallback) is not null)
            {
                throw new InputException(path, 0, $"protection '{wanted}' of '{vm.Name}' cannot be had here: {reason}; choose 'pte', "
                    + $"or write 'protection: {{ method: {wanted}, fallback: pte }}'");
            }

            warnings.Add($"{vm.Name}: protection '{wanted}' cannot be had here, so '{KnownNames.NameOf(fallback)}' is used: {reason}");
            return vm with { Storage = storage with { Protection = fallback, ProtectionFallback = null } };
        });
        return loaded with { Spec = loaded.Spec with { Vms = [.. vms] }, Warnings = [.. warnings] };
    }
}
