using Mbsa.Vm.Migrating;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Vms;

/// <summary>
/// A guest as bytes, while nobody runs it: where each VCPU stands, what went wrong, what a verifier expects of the disk, what was measured. All times are on the
/// scenario's clock, which all hosts share.
/// </summary>
internal static class GuestState
{
    /// <summary>Seals the guest of a VM whose VCPUs have stopped, after <see cref="VmMeter.LoseDisk"/>.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="workers">The worker of each VCPU; null for one whose jobs had come to their end.</param>
    /// <param name="pausedNs">Before this time it does not run again.</param>
    public static byte[] Seal(VmBody vm, SortedDictionary<int, DirectVcpu?> workers, long pausedNs) => MigratedGuest.Seal(to =>
    {
        to.Write(vm.Spec.Name);
        to.Write(vm.Spec.Vcpus);
        to.Write(vm.Spec.Jobs.Length);
        to.Write(workers.Count);
        foreach (var (vcpu, worker) in workers)
        {
            var state = worker is null || worker.IsFinishedAt(pausedNs) ? null : StateOf(worker);
            to.Write(vcpu);
            to.Write(state?.Length ?? -1);
            to.Write(state ?? []);
        }

        vm.Ledger.SaveTo(to);
        vm.Disk?.SaveTo(to);
        vm.Meter.SaveTo(to);
    });

    /// <summary>Brings everything of a VM but its disk and its VCPUs to where a guest stood.</summary>
    /// <returns>What the worker of each VCPU wrote down; null for one whose jobs had come to their end.</returns>
    /// <exception cref="InvalidDataException">The guest is damaged, or another VM's.</exception>
    public static SortedDictionary<int, byte[]?> Open(byte[] guest, VmBody vm)
    {
        var (spec, workers) = (vm.Spec, new SortedDictionary<int, byte[]?>());
        MigratedGuest.Open(guest, from =>
        {
            var (name, vcpus, jobs) = (from.ReadString(), from.ReadInt32(), from.ReadInt32());
            if (name != spec.Name || vcpus != spec.Vcpus || jobs != spec.Jobs.Length)
            {
                throw new InvalidDataException($"guest: it is '{name}' with {vcpus} VCPUs and {jobs} jobs, not '{spec.Name}' with {spec.Vcpus} and {spec.Jobs.Length}");
            }

            for (var left = from.ReadInt32(); left > 0; left--)
            {
                var vcpu = from.ReadInt32();
                workers[vcpu] = from.ReadInt32() is >= 0 and var length ? from.ReadBytes(length) : null;
            }

            vm.Ledger.RestoreFrom(from);
            vm.Disk?.RestoreFrom(from);
            vm.Meter.RestoreFrom(from);
        });
        return workers;
    }

    private static byte[] StateOf(DirectVcpu worker)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        worker.SaveTo(to);
        to.Flush();
        return bytes.ToArray();
    }
}
