using System.Diagnostics.Metrics;
using Mbsa.Model.Watching;

namespace Mbsa.Metrics;

/// <summary>
/// The one set of instruments, on a Meter of its own per run. They are observed, never written: a collection reads one sample from the
/// source and every instrument answers from it. Who reads (OpenTelemetry's SDK by the name <see cref="MeterName"/>, Prometheus through
/// <see cref="PrometheusBridge"/>) makes no difference to the run. docs/METRICS.md lists them.
/// </summary>
public sealed class MbsaInstruments : IDisposable
{
    /// <summary>Name of the Meter.</summary>
    public const string MeterName = "Mbsa";

    /// <summary>
    /// The only latency instrument. It has no observable form in System.Diagnostics.Metrics, so readers take it from the sample.
    /// </summary>
    internal const string LatencyName = "mbsa.io.latency";

    private readonly IMetricsSource _source;
    private readonly Lock _lock = new();
    private RunSample? _current;
    private ulong _readersOfCurrent;
    private int _instruments;

    /// <summary>Makes the instruments; nothing is sampled before somebody collects.</summary>
    /// <param name="source">Where they read from.</param>
    /// <param name="vms">Those of VMs that are figures of a run too.</param>
    public MbsaInstruments(IMetricsSource source, IEnumerable<VmInstrument> vms)
    {
        ArgumentNullException.ThrowIfNull(vms);
        _source = source;
        Meter = new Meter(MeterName);
        AddInputOutput();
        AddCores();
        AddPromises();
        foreach (var vm in vms)
        {
            AddVm(vm);
        }

        AddHost();
        AddCluster();
    }

    /// <summary>The Meter the instruments hang on. Others may add theirs; the readers see those too.</summary>
    public Meter Meter { get; }

    /// <summary>The sample read last; null before the first.</summary>
    internal RunSample? LastSample
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>Ends the Meter: readers see no more of it.</summary>
    public void Dispose() => Meter.Dispose();

    private void AddInputOutput()
    {
        Counter("mbsa.io.operations", "{operation}", "I/Os completed.",
            sample => PerVm(sample, "op", ("read", vm => vm.ReadOperations), ("write", vm => vm.WriteOperations)));
        Counter("mbsa.io.bytes", "By", "Bytes moved by I/Os.",
            sample => PerVm(sample, "op", ("read", vm => vm.ReadBytes), ("write", vm => vm.WriteBytes)));
    }

    private void AddCores()
    {
        Counter("mbsa.cpu.time", "s", "Core time used, by what it was used for.",
            sample => PerVm(sample, "kind", ("storage", vm => Seconds(vm.StorageCpuNs)), ("compute", vm => Seconds(vm.ComputeCpuNs))));
        Counter("mbsa.scheduler.quanta", "{quantum}", "Quanta granted.", sample => PerVm<long>(sample, vm => vm.Quanta));
        Counter("mbsa.scheduler.plans", "{plan}", "Plans the policy made.", sample => PerHost(sample, sample.Plans));
        Counter("mbsa.scheduler.overhead", "s", "Core time that went into deciding who runs next; 0 under the virtual clock.",
            sample => PerHost(sample, sample.SchedulerOverheadSeconds));
    }

    private void AddPromises()
    {
        // Readers disagree whether a gauge in "1" gets "_ratio" appended; a name that ends so is the same with all of them.
        Gauge("mbsa.share.planned.ratio", "1", "The part of the host the policy expects the VM to get, "
            + "0 to 1, as a share of the resource it uses most; absent where it plans none.",
            sample => PerVm<double>(sample, vm => vm.PlannedShare));
        Gauge("mbsa.share.achieved.ratio", "1",
            "The part of the host the VM got since the collection before, 0 to 1, as a share of the resource it used most.",
            sample => PerVm<double>(sample, vm => vm.AchievedShare));
        Counter("mbsa.admission.refusals", "{refusal}", "VMs turned away for want of what they had to be promised.",
            sample => PerHost(sample, sample.AdmissionRefusals));
        Gauge("mbsa.fairness.jain.ratio", "1", "Jain's index of fairness among the VMs, 1 when all are treated alike.",
            sample => PerHost(sample, sample.JainIndex));
        UpDownCounter("mbsa.vm.state", "{vm}", "1 for the state the VM is in; other states are absent.",
            sample => sample.Present.Select(vm =>
                new Measurement<long>(1, new("host", sample.Host), new("vm", vm.Name), new("state", vm.State.Word()))));
    }

    private void AddVm(VmInstrument vm)
    {
        if (vm.IsWhole)
        {
            Add(vm, sample => PerVm(sample, one => (long?)Read(sample, one)));
        }
        else
        {
            Add(vm, sample => PerVm(sample, one => Read(sample, one)));
        }

        double? Read(HostSample sample, VmSample one) => vm.Read(one, sample.Wear.GetValueOrDefault(one.Name));
    }

    private void Add<T>(VmInstrument vm, Func<HostSample, IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        if (vm.IsCounter)
        {
            Counter(vm.Name, vm.Unit, vm.Description, read);
        }
        else
        {
            Gauge(vm.Name, vm.Unit, vm.Description, read);
        }
    }

    private void AddHost()
    {
        Counter("mbsa.clock.time", "s", "The run's clock, virtual or wall, since the VMs started.",
            sample => PerHost(sample, sample.ClockSeconds));
        UpDownCounter("mbsa.vms.running", "{vm}", "VMs that run.",
            sample => PerHost<long>(sample, sample.Vms.Count(vm => vm.State == VmState.Running)));
        Gauge<double>("mbsa.utilisation.ratio", "1", "Use of cores, memory bus and NVM device, 0 to 1.",
            sample =>
            [
                new(sample.CpuUtilisation, new("host", sample.Host), new("resource", "cpu")),
                new(sample.BusUtilisation, new("host", sample.Host), new("resource", "bus")),
                new(sample.NvmUtilisation, new("host", sample.Host), new("resource", "nvm")),
            ]);
        UpDownCounter("mbsa.nvm.allocated", "By", "Bytes of the NVM device that belong to child devices.",
            sample => PerHost(sample, sample.NvmAllocatedBytes));
        UpDownCounter("mbsa.nvm.size", "By", "Size of the NVM device.", sample => PerHost(sample, sample.NvmSizeBytes));
    }

    /// <summary>What only several hosts have: a run on a single one has no series of it.</summary>
    private void AddCluster()
    {
        Meter.CreateObservableUpDownCounter("mbsa.cluster.host_up", FromRun(HostsUp),
            "{host}", "1 when the host is there, 0 when it is lost or not added yet.");
        Meter.CreateObservableCounter("mbsa.cluster.host_losses",
            FromCluster(cluster => cluster.HostLosses), "{loss}", "Times a host was lost.");
        Meter.CreateObservableCounter("mbsa.cluster.migrations", FromRun(Migrations),
            "{migration}", "Migrations that ended, by whether the VM moved.");
        Meter.CreateObservableUpDownCounter("mbsa.cluster.migrations_under_way",
            FromCluster(cluster => cluster.MigrationsUnderWay), "{migration}", "Migrations under way.");
        Meter.CreateObservableCounter("mbsa.cluster.migrated",
            FromCluster(cluster => cluster.MigratedBytes), "By", "Bytes that migrations sent.");
        Meter.CreateObservableCounter("mbsa.cluster.downtime", FromCluster(cluster => cluster.DowntimeSeconds),
            "s", "Time VMs stood still to be moved, summed over VMs.");
    }

    private static IEnumerable<Measurement<long>> HostsUp(RunSample sample) =>
        sample.Cluster is null
        ? []
        : sample.Hosts.Select(host => new Measurement<long>(host.IsUp ? 1 : 0, new KeyValuePair<string, object?>("host", host.Host)));

    private static IEnumerable<Measurement<long>> Migrations(RunSample sample) => sample.Cluster is not { } cluster ? [] :
    [
        new(cluster.MigrationsDone, new KeyValuePair<string, object?>("outcome", "done")),
        new(cluster.MigrationsCancelled, new KeyValuePair<string, object?>("outcome", "cancelled")),
    ];

    private static double Seconds(long nanoseconds) => nanoseconds / 1e9;

    private static IEnumerable<Measurement<T>> PerHost<T>(HostSample sample, T value)
        where T : struct => [new(value, new KeyValuePair<string, object?>("host", sample.Host))];

    private static IEnumerable<Measurement<T>> PerVm<T>(HostSample sample, Func<VmSample, T?> value)
        where T : struct =>
        from vm in sample.Present
        let one = value(vm)
        where one is not null
        select new Measurement<T>(one.Value, new("host", sample.Host), new("vm", vm.Name));

    private static IEnumerable<Measurement<T>> PerVm<T>(
        HostSample sample, string label, params (string Value, Func<VmSample, T> Read)[] parts)
        where T : struct =>
        from vm in sample.Present
        from part in parts
        select new Measurement<T>(part.Read(vm), new("host", sample.Host), new("vm", vm.Name), new(label, part.Value));

    private void Counter<T>(string name, string unit, string description, Func<HostSample, IEnumerable<Measurement<T>>> read)
        where T : struct => Meter.CreateObservableCounter(name, FromHosts(read), unit, description);

    private void UpDownCounter<T>(string name, string unit, string description, Func<HostSample, IEnumerable<Measurement<T>>> read)
        where T : struct => Meter.CreateObservableUpDownCounter(name, FromHosts(read), unit, description);

    private void Gauge<T>(string name, string unit, string description, Func<HostSample, IEnumerable<Measurement<T>>> read)
        where T : struct => Meter.CreateObservableGauge(name, FromHosts(read), unit, description);

    private Func<IEnumerable<Measurement<T>>> FromHosts<T>(Func<HostSample, IEnumerable<Measurement<T>>> read)
        where T : struct => FromRun(sample => sample.Hosts.SelectMany(read));

    private Func<IEnumerable<Measurement<T>>> FromCluster<T>(Func<ClusterSample, T> value)
        where T : struct => FromRun<T>(sample => sample.Cluster is { } cluster ? [new(value(cluster))] : []);

    private Func<IEnumerable<Measurement<T>>> FromRun<T>(Func<RunSample, IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        ulong instrument = 1UL << _instruments++;
        return () => read(SampleFor(instrument));
    }

    /// <summary>
    /// One sample serves a whole collection. Nobody says when a collection begins, but in each an instrument is asked once: the one asked
    /// a second time opens the next. Two readers that collect at the very same moment cost more samples, never a wrong value.
    /// </summary>
    private RunSample SampleFor(ulong instrument)
    {
        lock (_lock)
        {
            if (_current is null || (_readersOfCurrent & instrument) != 0)
            {
                // A source that throws leaves no old sample behind for the other instruments to take for a new one.
                _current = null;
                _readersOfCurrent = 0;
                _current = _source.Sample();
            }
            _readersOfCurrent |= instrument;
            return _current;
        }
    }
}
