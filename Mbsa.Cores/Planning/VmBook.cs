using System.Collections.Immutable;
using Mbsa.Cores.Queue;
using Mbsa.Model.Results;

namespace Mbsa.Cores.Planning;

/// <summary>
/// What the supervisor knows of the VMs of its host: their promises, what they declared, what they used and wanted lately,
/// and how their promises were kept. Not thread-safe; who reads a run queue with it sees to that.
/// </summary>
/// <param name="host">What there is to promise.</param>
public sealed class VmBook(HostCapacity host)
{
    private readonly SortedDictionary<int, Entry> _entries = [];
    private long _observedAtNs;
    private long _windowStartNs;

    /// <summary>Whether a VM is there.</summary>
    public bool Has(int vm) => _entries.TryGetValue(vm, out var entry) && entry.IsThere;

    /// <summary>What a VM was promised; null when it is not there.</summary>
    public AdmittedVm? Find(int vm) => Has(vm) ? _entries[vm].Admitted : null;

    /// <summary>Admits a VM, or changes what it was promised.</summary>
    /// <returns>Why it cannot be; null when it is done.</returns>
    public string? Admit(AdmittedVm admitted, RunQueue queue, long nowNs)
    {
        var others = _entries.Values.Where(e => e.IsThere && e.Admitted.Vm != admitted.Vm).Select(e => e.Admitted);
        if (Admission.WhyNot(host, others, admitted) is { } why)
        {
            return why;
        }

        var counts = queue.CountsOf(admitted.Vm, nowNs);
        if (!_entries.TryGetValue(admitted.Vm, out var entry))
        {
            _entries[admitted.Vm] = entry = new Entry(host, admitted, new ReservationLedger(host.Cores, queue.QuantumNs));
            entry.Ledger.Begin(counts, nowNs);
            return null;
        }

        if (entry.IsThere)
        {
            entry.Ledger.Look(counts, entry.ReservedShare, nowNs); // as it was promised until now
        }
        else
        {
            entry.Ledger.Resume(counts, nowNs);
        }

        (entry.Admitted, entry.IsThere) = (admitted, true);
        return null;
    }

    /// <summary>A VM is gone; what it used is still known, and its promise judged as long as it was there.</summary>
    public void Remove(int vm, RunQueue queue, long nowNs)
    {
        if (_entries.TryGetValue(vm, out var entry) && entry.IsThere)
        {
            entry.Ledger.Look(queue.CountsOf(vm, nowNs), entry.ReservedShare, nowNs);
            entry.Ledger.Close();
            entry.IsThere = false;
        }
    }

    /// <summary>The VMs that are there, as the planner sees them.</summary>
    /// <param name="vcpus">VCPUs of a VM that have not come to their end.</param>
    public IReadOnlyList<VmClaim> Claims(Func<int, int> vcpus) =>
    [
        .. _entries.Values.Where(e => e.IsThere).Select(e => new VmClaim(e.Admitted.Vm, vcpus(e.Admitted.Vm), e.Admitted.Qos, e.Demand.Mix)
            { DemandShare = e.Demand.Share, Lately = e.Demand.Lately }),
    ];

    /// <summary>Takes note of what everybody used and wanted since this was last called.</summary>
    public void Observe(RunQueue queue, long nowNs)
    {
        var passedNs = nowNs - _observedAtNs;
        if (passedNs <= 0)
        {
            return;
        }

        _observedAtNs = nowNs;
        var windowNs = nowNs - _windowStartNs;
        foreach (var entry in _entries.Values.Where(e => e.IsThere))
        {
            var counts = queue.CountsOf(entry.Admitted.Vm, nowNs);
            entry.Demand.Observe(counts, passedNs);
            entry.Ledger.Look(counts, entry.ReservedShare, nowNs);
            if (windowNs >= ReservationLedger.WindowNs)
            {
                entry.Ledger.Close();
            }
        }

        _windowStartNs = windowNs >= ReservationLedger.WindowNs ? nowNs : _windowStartNs;
    }

    /// <summary>
    /// How the VMs that are there stand: what they did and wanted since they came, and windows in which their reservations were missed.
    /// </summary>
    public IEnumerable<(int Vm, UsageCounts Counts, int Misses)> Standings(RunQueue queue, long nowNs) =>
        _entries.Values.Where(e => e.IsThere).Select(e => (e.Admitted.Vm, queue.CountsOf(e.Admitted.Vm, nowNs), e.Ledger.Record.Misses));

    /// <summary>The measured part begins.</summary>
    public void BeginAccounts(RunQueue queue, long nowNs)
    {
        _windowStartNs = nowNs;
        foreach (var entry in _entries.Values)
        {
            entry.Begin = queue.CountsOf(entry.Admitted.Vm, nowNs);
            entry.Ledger.Begin(entry.Begin, nowNs);
        }
    }

    /// <summary>What everybody did and wanted since they came.</summary>
    public ImmutableDictionary<int, UsageCounts> Counts(RunQueue queue, long nowNs) =>
        _entries.Keys.ToImmutableDictionary(vm => vm, vm => queue.CountsOf(vm, nowNs));

    /// <summary>What everybody used since the measured part began.</summary>
    public ImmutableDictionary<int, VmUse> ReadAccounts(RunQueue queue, long nowNs) => _entries.Values.ToImmutableDictionary(
        entry => entry.Admitted.Vm,
        entry =>
        {
            var now = queue.CountsOf(entry.Admitted.Vm, nowNs);
            var counts = now.Since(entry.Begin);
            var record = entry.IsThere ? entry.Ledger.RecordAt(now, entry.ReservedShare, nowNs) : entry.Ledger.Record;
            return new VmUse
            {
                Use = counts.UseSoFar,
                HeldNs = counts.HeldNs,
                ThrottledNs = counts.ThrottledNs,
                ReservationWindows = record.Windows,
                ReservationMisses = record.Misses,
                ReservationJudgedNs = record.JudgedNs,
            };
        });

    private sealed class Entry(HostCapacity host, AdmittedVm admitted, ReservationLedger ledger)
    {
        public AdmittedVm Admitted { get; set; } = admitted;

        public bool IsThere { get; set; } = true;

        public DemandEstimate Demand { get; } = new(host, admitted.Use.Average);

        public ReservationLedger Ledger { get; } = ledger;

        /// <summary>Its reservation as a dominant share of the host at its I/Os as they are lately; 0 without one.</summary>
        public double ReservedShare =>
            Admitted.Qos.Reservation is null ? 0 : new VmClaim(Admitted.Vm, Admitted.Vcpus, Admitted.Qos, Demand.Mix).ReservedShare;

        public UsageCounts Begin { get; set; }
    }
}
