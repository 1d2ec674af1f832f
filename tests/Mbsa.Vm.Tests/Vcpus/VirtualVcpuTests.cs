using CsCheck;
using HdrHistogram;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Vcpus;

public sealed class VirtualVcpuTests
{
    private readonly VcpuRecord _record = new();

    [Fact]
    public void A_quantum_holds_the_operations_that_begin_in_its_budget()
    {
        // Sequential from the second on: 1500 + 24 * 1000 covers 25,000 with the 25th read.
        var vcpu = Bench.Virtual(_record, Bench.Job());
        var work = vcpu.Execute(0, 25_000);
        Assert.Equal(1_500 + (24 * 1_000), work.CoreNs);
        Assert.Equal(25.0 * Bench.Block, work.BusBytes);
        Assert.Equal(25.0, work.NvmNs, 1e-9);
        Assert.Equal(25, vcpu.Complete(25_500).Operations);
        Assert.Equal((25, 25L * Bench.Block), (_record.Counters.ReadOperations, _record.Counters.ReadBytes));
    }

    [Fact]
    public void Of_a_mix_too_it_holds_those_that_begin_in_its_budget() =>
        Gen.Select(Gen.Int[3_500, 60_000], Gen.Int[0, 100]).Sample((budgetNs, percent) =>
    {
        // Taken in batches, and the same as one by one: an operation begins as long as those before it took less than the budget.
        var spec = Bench.Job(IoPattern.RandReadWrite) with { ReadPercent = percent };
        var drawn = new IoOperation[100];
        new OperationSource(spec, Bench.DiskBytes, 1, 0).Draw(drawn);
        var (expected, coreNs) = (0, 0d);
        for (; coreNs < budgetNs; expected++)
        {
            coreNs += Bench.Times.ByKind[OperationTimes.KindOf(drawn[expected].IsWrite, drawn[expected].IsSequential)].CoreNs;
        }

        var vcpu = Bench.Virtual(new VcpuRecord(), spec);
        Assert.Equal(coreNs, vcpu.Execute(0, budgetNs).CoreNs);
        Assert.Equal(expected, vcpu.Complete((long)coreNs).Operations);
    });

    [Fact]
    public void What_wear_levelling_did_takes_its_time_once()
    {
        var storage = new Bench.Notebook { Wear = new WearWork(1, 2) };
        using var worker = new VirtualVcpu(new VcpuRecord(), [Bench.Start(Bench.Job(IoPattern.Write), storage)], storage, 0);

        var first = worker.Execute(0, 3500);
        worker.Complete(10_000);
        var second = worker.Execute(10_000, 3000);

        // One write of 3 us that continues nothing; then a read and three writes of something elsewhere,
        // of which only being elsewhere costs on this bench.
        Assert.Equal((3500 + 4 * 500, 4096 + 8192 + 128), (first.CoreNs, first.BusBytes));
        Assert.Equal((3000, 4096), (second.CoreNs, second.BusBytes));
    }

    [Fact]
    public void Nothing_is_counted_before_the_quantum_ended()
    {
        Bench.Virtual(_record, Bench.Job()).Execute(0, 25_000);
        Assert.Equal(0, _record.Counters.ReadOperations);
        Assert.Equal(0, _record.Latency.Reads.TotalCount);
    }

    [Fact]
    public void Latencies_stretch_as_the_quantum_did()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.RandRead) with { IoSizeBytes = null });
        var work = vcpu.Execute(0, 15_000);
        vcpu.Complete((long)work.CoreNs * 4);
        Assert.Equal(10, _record.Latency.Reads.TotalCount);
        Assert.InRange(_record.Latency.Reads.GetValueAtPercentile(50), 5_940, 6_060);
        Assert.InRange(_record.Latency.Reads.GetMaxValue(), 5_940, 6_060);
        Assert.Equal((long)work.CoreNs * 4, _record.Counters.StorageNs);
    }

    [Fact]
    public void The_first_operation_and_only_it_carries_the_time_waited_for_a_core()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job());
        vcpu.Quantum(0, 5_000);
        _record.Latency.Reset();
        vcpu.Quantum(105_500, 5_000);
        Assert.Equal(5, _record.Latency.Reads.TotalCount);
        Assert.InRange(_record.Latency.Reads.GetMaxValue(), 100_900, 102_500);
        Assert.InRange(_record.Latency.Reads.GetValueAtPercentile(80), 990, 1_010);
        Assert.Equal(100_000, _record.Counters.WaitingNs);
        Assert.Equal(2, _record.Counters.Quanta);
    }

    [Fact]
    public void Sleep_is_not_waiting()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job() with { ThinkTimeNs = 50_000 });
        var (outcome, endNs) = vcpu.Quantum(0);
        Assert.Equal(new QuantumOutcome(AfterQuantum.Sleeping, endNs + 50_000, 1), outcome);
        vcpu.Quantum(outcome.WakeAtNs + 300);
        Assert.Equal(300, _record.Counters.WaitingNs);
        Assert.InRange(_record.Latency.Reads.GetMaxValue(), 1_290, 1_820);
    }

    [Fact]
    public void Reads_and_writes_are_counted_apart() =>
        Gen.Select(Gen.Int[1, 99], Gen.Long[1_000, 100_000], Gen.Int[1, 8]).Sample((readPercent, budgetNs, quanta) =>
        {
            var (record, disk) = (new VcpuRecord(), new Bench.Notebook());
            var job = Bench.Start(Bench.Job(IoPattern.RandReadWrite) with { ReadPercent = readPercent }, disk);
            using var vcpu = new VirtualVcpu(record, [job], disk, 0);
            var nowNs = 0L;
            for (var i = 0; i < quanta; i++)
            {
                (_, nowNs) = vcpu.Quantum(nowNs, budgetNs);
            }

            var (reads, writes) = (disk.Asked.Count(a => a.Direction == 'r'), disk.Asked.Count(a => a.Direction == 'w'));
            Assert.Equal((reads, writes), (record.Counters.ReadOperations, record.Counters.WriteOperations));
            Assert.Equal((reads * (long)Bench.Block, writes * (long)Bench.Block), (record.Counters.ReadBytes, record.Counters.WriteBytes));
            Assert.Equal((reads, writes), (record.Latency.Reads.TotalCount, record.Latency.Writes.TotalCount));
            Assert.Equal(nowNs, record.Counters.StorageNs);
        }, iter: 100);

    [Fact]
    public void A_job_with_a_size_ends_with_its_last_byte()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.Write) with { TimeBased = false, IoSizeBytes = 10 * Bench.Block });
        Assert.Equal(500 + (10 * 3_000), vcpu.RunUntil(1_000_000));
        Assert.Equal(10, _record.Counters.WriteOperations);
    }

    [Fact]
    public void A_quantum_does_not_outlast_the_jobs_runtime_by_more_than_an_operation()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job() with { RuntimeNs = 4_200 });
        var (outcome, endNs) = vcpu.Quantum(0);
        Assert.Equal(4_500, endNs);
        Assert.Equal(new QuantumOutcome(AfterQuantum.Finished, 0, 4), outcome);
    }

    [Fact]
    public void A_hog_stops_when_its_runtime_is_over()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.Compute) with { RuntimeNs = 10_000 });
        Assert.Equal((AfterQuantum.Finished, 10_000), (vcpu.Quantum(0).Outcome.Next, _record.Counters.ComputeNs));
    }

    [Fact]
    public void Computing_is_counted_as_computing()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.Compute));
        var work = vcpu.Execute(0, 25_000);
        Assert.Equal((25_000.0, 0.0, 0.0), (work.CoreNs, work.BusBytes, work.NvmNs));
        Assert.Equal(AfterQuantum.Ready, vcpu.Complete(30_000).Next);
        Assert.Equal((30_000, 0), (_record.Counters.ComputeNs, _record.Counters.StorageNs));
    }

    [Fact]
    public void Several_jobs_of_a_vcpu_take_turns_a_quantum_each()
    {
        var jobs = new[] { IoPattern.Read, IoPattern.Compute, IoPattern.Write }.Select(pattern => Bench.Job(pattern)).ToArray();
        var vcpu = Bench.Virtual(_record, jobs);
        var counts = new List<(long, long, long)>();
        var nowNs = 0L;
        for (var i = 0; i < 4; i++)
        {
            (_, nowNs) = vcpu.Quantum(nowNs, 3_500);
            counts.Add((_record.Counters.ReadOperations, _record.Counters.ComputeNs, _record.Counters.WriteOperations));
        }

        Assert.Equal([(3, 0, 0), (3, 3_500, 0), (3, 3_500, 1), (7, 3_500, 1)], counts);
    }

    [Fact]
    public void A_job_that_sleeps_loses_its_turn_to_one_that_is_ready()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job(IoPattern.Write) with { StartDelayNs = 50_000 }, Bench.Job());
        Assert.Equal(AfterQuantum.Ready, vcpu.Quantum(0).Outcome.Next);
        Assert.Equal((25, 0), (_record.Counters.ReadOperations, _record.Counters.WriteOperations));
        vcpu.Quantum(60_000);
        Assert.True(_record.Counters.WriteOperations > 0);
    }

    [Fact]
    public void A_start_delay_is_slept_through()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job() with { StartDelayNs = 70_000 });
        var (outcome, _) = vcpu.Quantum(0);
        Assert.Equal(new QuantumOutcome(AfterQuantum.Sleeping, 70_000, 0), outcome);
        Assert.Equal(25, vcpu.Quantum(70_000).Outcome.Operations);
    }

    [Fact]
    public void A_vcpu_wakes_for_the_first_of_its_sleeping_jobs()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job() with { StartDelayNs = 70_000 }, Bench.Job() with { StartDelayNs = 30_000 });
        Assert.Equal(30_000, vcpu.Quantum(0).Outcome.WakeAtNs);
    }

    [Fact]
    public void A_job_whose_runtime_ends_in_its_sleep_does_not_keep_its_vcpu_alive_longer()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job() with { ThinkTimeNs = 1_000_000_000, RuntimeNs = 20_000 });
        Assert.InRange(vcpu.RunUntil(long.MaxValue), 20_000, 20_001);
    }

    [Fact]
    public void A_vcpu_without_jobs_is_finished_at_once() =>
        Assert.Equal(AfterQuantum.Finished, Bench.Virtual(_record).Quantum(0).Outcome.Next);

    [Fact]
    public void A_rate_holds_whatever_the_quantum() =>
        Gen.Select(Gen.Double[1_000, 300_000], Gen.Long[1_000, 200_000]).Sample((iops, budgetNs) =>
        {
            var record = new VcpuRecord();
            var endNs = Bench.Virtual(record, Bench.Job() with { ReadRateIops = iops }).RunUntil(100_000_000, budgetNs);
            Assert.InRange(record.Counters.ReadOperations, (iops * endNs / 1e9) - 2, (iops * endNs / 1e9) + 2);
        }, iter: 50);

    [Fact]
    public void An_injected_fault_hits_the_next_quantum_and_counts_nothing()
    {
        var vcpu = Bench.Virtual(_record, Bench.Job());
        vcpu.Quantum(0);
        vcpu.FailNextQuantum();
        Assert.Throws<InjectedFaultException>(() => vcpu.Execute(30_000, 25_000));
        Assert.Equal((25, 1), (_record.Counters.ReadOperations, _record.Counters.Quanta));
    }

    [Fact]
    public void A_restarted_vcpu_goes_on_counting_where_the_last_one_stopped()
    {
        Bench.Virtual(_record, Bench.Job()).Quantum(0);
        Bench.Virtual(_record, Bench.Job()).Quantum(0);
        Assert.Equal(50, _record.Counters.ReadOperations);
    }

    [Fact]
    public void The_storage_is_disposed_with_the_vcpu()
    {
        var disk = new Bench.Notebook();
        new VirtualVcpu(_record, [], disk, 0).Dispose();
        Assert.Equal(1, disk.Disposed);
    }
}
