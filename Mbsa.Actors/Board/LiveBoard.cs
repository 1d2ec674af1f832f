using System.Collections.Immutable;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Vm.Vcpus;

namespace Mbsa.Actors.Board;

/// <summary>
/// Where the actors show how the run stands, and anybody looks without asking them: counters are read where the workers write them.
/// </summary>
internal sealed class LiveBoard
{
    /// <summary>A plan is entered in the journal when it moves a share by at least so much: 0.01 is one per cent of the host.</summary>
    private const double NotableChange = 0.01;

    private readonly LiveVm[] _vms;
    private readonly double _enduranceWrites;
    private volatile Func<DeviceLayout> _layout = () => DeviceLayout.None;
    private long _nvmAllocatedBytes;
    private ImmutableDictionary<string, double> _notedShares = ImmutableDictionary<string, double>.Empty;
    private ImmutableArray<int> _planned = [];
    private long _refusals;
    private long _plans;

    /// <summary>A board with every VM of the scenario, none started.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="nowNs">The scenario's clock; null for one that stands at 0.</param>
    /// <param name="enduranceWrites">Writes that a block of the device bears; infinity for one that bears all.</param>
    public LiveBoard(ImmutableArray<VmSpec> vms, Func<long>? nowNs = null, double enduranceWrites = double.PositiveInfinity)
    {
        _vms = [.. vms.Select(vm => new LiveVm(vm.Name))];
        _enduranceWrites = enduranceWrites;
        Journal = new RunJournal(nowNs ?? (() => 0));
    }

    /// <summary>The run as a time series; null when nobody asked for one.</summary>
    public RunSeries? Series { get; private set; }

    /// <summary>What happened.</summary>
    public RunJournal Journal { get; }

    /// <summary>Bytes of the NVM device that are taken, its own metadata included.</summary>
    public long NvmAllocatedBytes
    {
        get => Volatile.Read(ref _nvmAllocatedBytes);
        set => Volatile.Write(ref _nvmAllocatedBytes, value);
    }

    /// <summary>VMs that were turned away.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    /// <summary>Plans that the policy made.</summary>
    public long Plans => Volatile.Read(ref _plans);

    /// <summary>Shows a VM and what is counted of its VCPUs.</summary>
    public void Show(int vm, VmState state, ImmutableArray<VcpuRecord> vcpus)
    {
        _vms[vm].Vcpus = vcpus;
        Show(vm, state);
    }

    /// <summary>Shows a change of state.</summary>
    public void Show(int vm, VmState state)
    {
        if (_vms[vm].State != state || state == VmState.Running)
        {
            _vms[vm].State = state;
            var name = _vms[vm].Name;
            Journal.Add(new RunEvent(0, 0, RunEventKind.VmState, $"{name}: {state.Word()}") { Vm = name, State = state });
        }
    }

    /// <summary>A VM is on another host now, which shows all it did.</summary>
    public void Forget(int vm) => (_vms[vm].State, _vms[vm].Vcpus, _vms[vm].Wear) = (VmState.Waiting, [], null);

    /// <summary>Shows a VM's disk, to be asked for its wear from any thread at any time; it answers null where nothing counts.</summary>
    public void ShowDisk(int vm, Func<DiskWear?> wear) => _vms[vm].Wear = wear;

    /// <summary>Shows the NVM device, to be asked from any thread at any time who has which blocks of it.</summary>
    public void ShowDevice(Func<DeviceLayout> layout) => _layout = layout;

    /// <summary>Shows that a VM was turned away.</summary>
    public void ShowRefusal(int vm, string reason)
    {
        Interlocked.Increment(ref _refusals);
        Journal.Add(new RunEvent(0, 0, RunEventKind.Refusal, $"{_vms[vm].Name}: not started: {reason}") { Vm = _vms[vm].Name });
    }

    /// <summary>How a VM stands.</summary>
    public VmState StateOf(int vm) => _vms[vm].State;

    /// <summary>Share planned for a VM now; null where the policy plans none.</summary>
    public double? PlannedShareOf(int vm) => _vms[vm].PlannedShare;

    /// <summary>Shows the shares of a plan.</summary>
    public void Publish(Plan plan)
    {
        Interlocked.Increment(ref _plans);
        var planned = plan.Vms.ToDictionary(planned => planned.Claim.Vm, planned => planned.Share);
        foreach (var (vm, share) in planned)
        {
            _vms[vm].PlannedShare = share;
        }

        foreach (var vm in _planned.Where(vm => !planned.ContainsKey(vm)))
        {
            _vms[vm].PlannedShare = null;
        }

        _planned = [.. planned.Keys];

        Note(planned
            .Where(vm => vm.Value is not null)
            .ToImmutableDictionary(vm => _vms[vm.Key].Name, vm => vm.Value!.Value));
    }

    /// <summary>Shows what a VM used and wanted of the host since it came.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="counts">What it used and wanted.</param>
    /// <param name="misses">Windows of the measured part in which its reservation was missed.</param>
    /// <param name="nowNs">The scenario's clock.</param>
    public void ShowUse(int vm, in UsageCounts counts, int misses, long nowNs) => _vms[vm].ShowUse(counts, misses, nowNs);

    /// <summary>Keeps a time series from now on.</summary>
    /// <param name="periodNs">Length of a point, in nanoseconds.</param>
    public void KeepSeries(long periodNs) => Series = new RunSeries(periodNs, Snapshot);

    /// <summary>I/Os that a VM completed since it started.</summary>
    public long OperationsOf(int vm) => _vms[vm].Operations;

    /// <summary>One VM as it stands.</summary>
    public VmSample Snapshot(int vm) => _vms[vm].Snapshot();

    /// <summary>Every VM as it stands.</summary>
    public ImmutableArray<VmSample> Snapshot() => [.. _vms.Select(vm => vm.Snapshot())];

    /// <summary>The wear of the disks, and the device as a picture. Looks at every block of every disk: not for every moment.</summary>
    /// <param name="cells">Cells of the picture.</param>
    public DeviceWear Wear(int cells)
    {
        var disks = new Dictionary<string, DiskWear>();
        foreach (var vm in _vms)
        {
            if (vm.Wear?.Invoke() is { } wear)
            {
                disks.Add(vm.Name, wear);
            }
        }

        return DeviceWear.Of(_layout(), disks, _enduranceWrites, cells);
    }

    private void Note(ImmutableDictionary<string, double> shares)
    {
        var isNotable = shares.Count != _notedShares.Count
            || shares.Any(share =>
                Math.Abs(share.Value - _notedShares.GetValueOrDefault(share.Key, double.PositiveInfinity)) >= NotableChange);
        if (isNotable)
        {
            _notedShares = shares;
            Journal.Add(new RunEvent(0, 0, RunEventKind.Plan, $"new plan for {shares.Count} VMs") { Shares = shares });
        }
    }
}
