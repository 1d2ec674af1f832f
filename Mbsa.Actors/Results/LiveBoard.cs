using System.Collections.Immutable;
using Mbsa.Actors.Qos;
using Mbsa.Actors.Scenarios;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Results;

/// <summary>Where the actors show how the run stands, and anybody looks without asking them: counters are read where the workers write them.</summary>
internal sealed class LiveBoard
{
    private readonly Entry[] _entries;
    private long _nvmAllocatedBytes;

    /// <summary>A board with every VM of the scenario, none started.</summary>
    public LiveBoard(ImmutableArray<VmSpec> vms) => _entries = [.. vms.Select(vm => new Entry(vm.Name))];

    /// <summary>Bytes of the NVM device that are taken, its own metadata included.</summary>
    public long NvmAllocatedBytes
    {
        get => Volatile.Read(ref _nvmAllocatedBytes);
        set => Volatile.Write(ref _nvmAllocatedBytes, value);
    }

    /// <summary>Shows a VM and its VCPUs' counters.</summary>
    public void Show(int vm, VmState state, ImmutableArray<VcpuCounters> vcpus)
    {
        _entries[vm].Vcpus = vcpus;
        _entries[vm].State = state;
    }

    /// <summary>Shows a change of state.</summary>
    public void Show(int vm, VmState state) => _entries[vm].State = state;

    /// <summary>How a VM stands.</summary>
    public VmState StateOf(int vm) => _entries[vm].State;

    /// <summary>Share planned for a VM now; null where the policy plans none.</summary>
    public double? PlannedShareOf(int vm) => _entries[vm].PlannedShare?.Value;

    /// <summary>Shows the shares of a plan.</summary>
    public void Publish(Plan plan)
    {
        var planned = plan.Tenants.ToDictionary(tenant => tenant.Tenant.Vm, tenant => tenant.Share);
        for (var vm = 0; vm < _entries.Length; vm++)
        {
            _entries[vm].PlannedShare = planned.GetValueOrDefault(vm) is { } share ? new Share(share) : null;
        }
    }

    /// <summary>I/Os each VM completed since it started.</summary>
    public ImmutableArray<long> Operations() =>
        [.. _entries.Select(e => e.Vcpus.Sum(v => v.ReadOperations + v.WriteOperations))];

    /// <summary>Every VM as it stands.</summary>
    public ImmutableArray<LiveVm> Snapshot() => [.. _entries.Select(e => e.Snapshot())];

    private sealed record Share(double Value);

    private sealed class Entry(string name)
    {
        private ImmutableArray<VcpuCounters> _vcpus = [];
        private volatile VmState _state = VmState.Waiting;
        private volatile Share? _plannedShare;

        public VmState State
        {
            get => _state;
            set => _state = value;
        }

        public ImmutableArray<VcpuCounters> Vcpus
        {
            get => _vcpus;
            set => ImmutableInterlocked.InterlockedExchange(ref _vcpus, value);
        }

        public Share? PlannedShare
        {
            get => _plannedShare;
            set => _plannedShare = value;
        }

        public LiveVm Snapshot()
        {
            var sum = VcpuCounters.Sum(Vcpus);
            return new LiveVm
            {
                Name = name,
                State = State,
                ReadOperations = sum.ReadOperations,
                WriteOperations = sum.WriteOperations,
                ReadBytes = sum.ReadBytes,
                WriteBytes = sum.WriteBytes,
                StorageCpuNs = sum.StorageNs,
                ComputeCpuNs = sum.ComputeNs,
                WaitingNs = sum.WaitingNs,
                Quanta = sum.Quanta,
                PlannedShare = PlannedShare?.Value,
            };
        }
    }
}
