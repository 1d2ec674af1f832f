namespace Mbsa.Bench.Searching;

/// <summary>VCPUs of one VM that all do the same.</summary>
/// <param name="Vm">Index of the VM among those that are there.</param>
/// <param name="Vcpus">How many there are.</param>
/// <param name="Bus">Part of the bus that one takes while it runs at full speed, 0 to 1.</param>
/// <param name="Nvm">The same of the NVM.</param>
/// <param name="CoresPerShare">Cores that run them at full speed while the VM has a dominant share of 1.</param>
internal sealed record Kind(int Vm, int Vcpus, double Bus, double Nvm, double CoresPerShare)
{
    /// <summary>Two kinds whose use differs by less than this cannot be told apart by what their VM used.</summary>
    private const double Different = 1e-6;

    /// <summary>The kinds of all VMs that are there, those of one VM in the proportion in which it used them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="claims">What they claim, by what they used.</param>
    public static IReadOnlyList<Kind> Of(DrawnHost host, IReadOnlyList<DrawnVm> vms, IReadOnlyList<Claim> claims) =>
        [.. vms.SelectMany((vm, i) => Of(host, i, vm, claims[i].Relative))];

    private static IEnumerable<Kind> Of(DrawnHost host, int at, DrawnVm vm, double[] relative)
    {
        var cores = host.Machine.Cores;
        var takes = vm.Jobs.Select(job => Takes(host, job)).ToArray();
        var coresPerShare = relative[0] * cores;
        var parts = takes.Length == 1 ? [1] : Parts(vm, takes, relative, coresPerShare);
        for (var i = 0; i < takes.Length; i++)
        {
            if (parts[i] > 0)
            {
                yield return new Kind(at, vm.Jobs[i].Clones, takes[i].Bus, takes[i].Nvm, coresPerShare * parts[i]);
            }
        }
    }

    /// <summary>
    /// How much of its core time a VM spends in each of two jobs, by what it used of bus or NVM: of that by which they differ more.
    /// </summary>
    private static double[] Parts(DrawnVm vm, (double Bus, double Nvm)[] takes, double[] relative, double coresPerShare)
    {
        var byBus = Math.Abs(takes[0].Bus - takes[1].Bus) > Math.Abs(takes[0].Nvm - takes[1].Nvm);
        var (first, second, used) = byBus ? (takes[0].Bus, takes[1].Bus, relative[1]) : (takes[0].Nvm, takes[1].Nvm, relative[2]);
        var part = Math.Abs(first - second) < Different
            ? vm.Jobs[0].Clones / (double)vm.Vcpus
            : Math.Clamp((used / coresPerShare - second) / (first - second), 0, 1);
        return [part, 1 - part];
    }

    /// <summary>What a VCPU takes of bus and NVM while it does a job at full speed, reads and writes as they come.</summary>
    private static (double Bus, double Nvm) Takes(DrawnHost host, DrawnJob job)
    {
        if (job.IsComputing)
        {
            return (0, 0);
        }

        var (read, write, reads) =
            (host.CostNs(job.BlockBytes, isWrite: false), host.CostNs(job.BlockBytes, isWrite: true), job.ReadPercent / 100.0);
        double Mean(int resource) => read[resource] * reads + write[resource] * (1 - reads);
        var coreNs = Mean(0) * host.Machine.Cores;
        return (Mean(1) / coreNs, Mean(2) / coreNs);
    }
}
