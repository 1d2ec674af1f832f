using Mbsa.Nvm.Protection;

namespace Mbsa.Vm.Paths;

/// <summary>
/// What a protection adds to the core time of an I/O, from the paper's account of what each of them does (sections 4.1 and 5.1):
/// <list type="bullet">
/// <item><c>pte</c>: two changes of the page table a write, each followed by a shoot-down of the TLBs of all other cores of the kernel.
/// In a guest each core shot at leaves the guest to take the interrupt. What the others lose is charged to the writer:
/// when all write, it comes to the same.</item>
/// <item><c>cr0</c>: two changes of CR0 a write; in a guest each is a VM exit.</item>
/// <item><c>cr0-opt</c>: the same without exits, for the guest owns the bit (guest/host mask);
/// and movnti, so that no vector registers are saved.</item>
/// <item><c>pmap</c>: each page of each access, read or write, is mapped and unmapped, on this core only.</item>
/// </list>
/// All but <c>cr0-opt</c> write with movntdq, for which a kernel saves the vector registers;
/// <c>none</c> is the same module without its protection.
/// </summary>
public sealed class ProtectionTimes
{
    private const int PageBytes = 4096;

    private readonly ProtectionCosts? _costs;
    private readonly ProtectionMethod _method;
    private readonly ProtectionMethod _included;
    private readonly bool _isGuest;
    private readonly int _otherCores;

    /// <summary>The times of one VM.</summary>
    /// <param name="machine">The machine; it has to know the costs of protections unless there is none.</param>
    /// <param name="path">The VM's path, which the machine has; on <see cref="IoPath.MemoryBus"/> the guest protects,
    /// on the others the host.</param>
    /// <param name="method">Its protection.</param>
    /// <param name="vcpus">Its VCPUs: a guest's page table is cached by the cores that run it, the host's by all.</param>
    /// <exception cref="InputException">The machine has no costs for the protection.</exception>
    public ProtectionTimes(MachineProfile machine, IoPath path, ProtectionMethod method, int vcpus)
    {
        (_costs, _method, _included, _isGuest) = (machine.Protection, method, machine.Paths[path].Includes, path == IoPath.MemoryBus);
        _otherCores = (_isGuest ? Math.Min(vcpus, machine.Cores) : machine.Cores) - 1;
        if (_costs is null && method != _included)
        {
            throw new InputException($"machine '{machine.Name}' has no costs for protections; "
                + "add 'protection' to its profile, or choose a machine that has them");
        }
    }

    /// <summary>
    /// What an I/O takes longer than the path's figures say, in nanoseconds; below 0 when they include more than this protection needs.
    /// </summary>
    public double ExtraNs(bool isWrite, int lengthBytes) =>
        _method == _included ? 0 : Ns(_method, isWrite, lengthBytes) - Ns(_included, isWrite, lengthBytes);

    private double Ns(ProtectionMethod method, bool isWrite, int lengthBytes)
    {
        var costs = _costs!;
        var windowNs = method == ProtectionMethod.Pmap ? (lengthBytes + PageBytes - 1) / PageBytes * (costs.MapNs + costs.UnmapNs) : 0;
        if (!isWrite)
        {
            return windowNs;
        }

        var shootDownNs = _otherCores * (costs.ShootDownNs + (_isGuest ? costs.ExitNs : 0));
        return method switch
        {
            ProtectionMethod.Pte => costs.VectorSaveNs + 2 * (costs.PageChangeNs + shootDownNs),
            ProtectionMethod.Cr0 => costs.VectorSaveNs + 2 * (costs.SwitchNs + (_isGuest ? costs.ExitNs : 0)),
            ProtectionMethod.Cr0Opt => lengthBytes * costs.WordNsPerByte + 2 * costs.SwitchNs,
            _ => costs.VectorSaveNs + windowNs,
        };
    }
}
