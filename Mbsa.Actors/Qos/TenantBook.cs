using System.Collections.Immutable;
using Mbsa.Actors.Results;

namespace Mbsa.Actors.Qos;

/// <summary>
/// What the supervisor knows of the VMs of its host: their promises, what they declared, what they used and wanted lately, and how their promises were
/// kept. Not thread-safe; who reads a run queue with it sees to that.
/// </summary>
/// <param name="host">What there is to promise.</param>
internal sealed class TenantBook(HostCapacity host)
{
    private readonly SortedDictionary<int, Entry> _entries = [];
    private long _observedAtNs;
    private long _windowStartNs;

    /// <summary>Whether a VM is there.</summary>
    public bool Has(int vm) => _entries.TryGetValue(vm, out var entry) && entry.IsThere;

    /// <summary>What a VM was promised; null when it is not there.</summary>
    public AdmittedTenant? Find(int vm) => Has(vm) ? _entries[vm].Tenant : null;

    /// <summary>Admits a VM, or changes what it was promised.</summary>
    /// <returns>Why it cannot be; null when it is done.</returns>
    public string? Admit(AdmittedTenant tenant)
    {
        var others = _entries.Values.Where(e => e.IsThere && e.Tenant.Vm != tenant.Vm).Select(e => e.Tenant);
        if (Admission.WhyNot(host, others, tenant) is { } why)
        {
            return why;
        }

        if (_entries.TryGetValue(tenant.Vm, out var entry))
        {
            (entry.Tenant, entry.IsThere) = (tenant, true);
        }
        else
        {
            _entries[tenant.Vm] = new Entry(host, tenant);
        }

        return null;
    }

    /// <summary>A VM is gone; what it used is still known.</summary>
    public void Remove(int vm)
    {
        if (_entries.TryGetValue(vm, out var entry))
        {
            entry.IsThere = false;
        }
    }

    /// <summary>The VMs that are there, as the planner sees them.</summary>
    /// <param name="vcpus">VCPUs of a VM that have not come to their end.</param>
    public IReadOnlyList<Tenant> Tenants(Func<int, int> vcpus) =>
    [
        .. _entries.Values.Where(e => e.IsThere).Select(e => new Tenant(e.Tenant.Vm, vcpus(e.Tenant.Vm), e.Tenant.Qos, e.Demand.Mix) { DemandShare = e.Demand.Share, Lately = e.Demand.Lately }),
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
            var counts = queue.CountsOf(entry.Tenant.Vm, nowNs);
            entry.Demand.Observe(counts, passedNs);
            entry.Latest = counts;
            if (windowNs >= ReservationLedger.WindowNs)
            {
                var tenant = entry.Tenant;
                var reserved = new Tenant(tenant.Vm, tenant.Vcpus, tenant.Qos, entry.Demand.Mix).ReservedShare;
                entry.Ledger.Close(counts, reserved, windowNs);
            }
        }

        _windowStartNs = windowNs >= ReservationLedger.WindowNs ? nowNs : _windowStartNs;
    }

    /// <summary>Shows those who watch what was observed last.</summary>
    public void ShowOn(LiveBoard board)
    {
        foreach (var entry in _entries.Values.Where(e => e.IsThere))
        {
            board.ShowUse(entry.Tenant.Vm, entry.Latest, entry.Ledger.Misses, _observedAtNs);
        }
    }

    /// <summary>The measured part begins.</summary>
    public void BeginAccounts(RunQueue queue, long nowNs)
    {
        _windowStartNs = nowNs;
        foreach (var entry in _entries.Values)
        {
            entry.Begin = queue.CountsOf(entry.Tenant.Vm, nowNs);
            entry.Ledger.Begin(entry.Begin);
        }
    }

    /// <summary>What everybody did and wanted since they came.</summary>
    public ImmutableDictionary<int, TenantCounts> Counts(RunQueue queue, long nowNs) =>
        _entries.Keys.ToImmutableDictionary(vm => vm, vm => queue.CountsOf(vm, nowNs));

    /// <summary>What everybody used since the measured part began.</summary>
    public ImmutableDictionary<int, TenantUse> ReadAccounts(RunQueue queue, long nowNs) => _entries.Values.ToImmutableDictionary(
        entry => entry.Tenant.Vm,
        entry =>
        {
            var counts = queue.CountsOf(entry.Tenant.Vm, nowNs).Since(entry.Begin);
            return new TenantUse
            {
                Use = counts.Use,
                ThrottledNs = counts.ThrottledNs,
                ReservationWindows = entry.Ledger.Windows,
                ReservationMisses = entry.Ledger.Misses,
            };
        });

    private sealed class Entry(HostCapacity host, AdmittedTenant tenant)
    {
        public AdmittedTenant Tenant { get; set; } = tenant;

        public bool IsThere { get; set; } = true;

        public DemandEstimate Demand { get; } = new(host, tenant.Use.Average);

        public ReservationLedger Ledger { get; } = new();

        public TenantCounts Begin { get; set; }

        public TenantCounts Latest { get; set; }
    }
}
