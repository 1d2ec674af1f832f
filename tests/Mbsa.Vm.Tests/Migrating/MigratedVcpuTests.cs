using CsCheck;
using HdrHistogram;
using Mbsa.Vm.Jobs;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Migrating;

/// <summary>A VCPU that is written down between two quanta goes on as if nothing had been.</summary>
public sealed class MigratedVcpuTests
{
    private const long UntilNs = 3_000_000;

    private static readonly JobSpec[] _jobs =
    [
        Bench.Job(IoPattern.ReadWrite) with { WriteBlockBytes = 8192 },
        Bench.Job(IoPattern.RandReadWrite) with { ReadPercent = 30 },
        Bench.Job(IoPattern.RandWrite) with { Distribution = new AccessDistribution(DistributionKind.Zipf, 1.1) },
        Bench.Job(IoPattern.RandRead) with { Distribution = new AccessDistribution(DistributionKind.Pareto, 0.2) },
        Bench.Job(IoPattern.Write) with { TimeBased = false, IoSizeBytes = 400 << 12 },
        Bench.Job(IoPattern.RandRead) with { ReadRateIops = 50_000 },
        Bench.Job(IoPattern.RandReadWrite) with { ThinkTimeNs = 20_000, ThinkTimeBlocks = 3 },
        Bench.Job(IoPattern.RandRead) with { ThinkTimeNs = 30_000, ThinkTimeBlocks = 40 }, // several quanta
        Bench.Job(IoPattern.Read) with { StartDelayNs = 400_000, RuntimeNs = 900_000 },
        new() { Pattern = IoPattern.Compute, CpuPercent = 30 },
        new() { Pattern = IoPattern.Compute },
    ];

    [Fact]
    public void It_asks_for_the_same_at_the_same_times_wherever_it_is_moved()
    {
        var some = Gen.Int[0, _jobs.Length - 1].Array[1, 4].Select(places => places.Select(place => _jobs[place]).ToArray());
        var budgets = Gen.Bool.Select(isLong => isLong ? 25_000L : 2_000); // the writes are longer than that
        Gen.Select(some, Gen.Long[0, UntilNs].Array[1, 6], Gen.Bool, budgets, Gen.Bool).Sample(
            (jobs, moves, fails, budgetNs, isLockstep) =>
            {
                var (stays, moved) = (Run(jobs, [], fails, budgetNs, isLockstep),
                    Run(jobs, [.. moves.Order()], fails, budgetNs, isLockstep));
                return stays.SequenceEqual(moved);
            },
            iter: 300);
    }

    [Fact]
    public void What_was_counted_goes_along()
    {
        var record = new VcpuRecord();
        var worker = Bench.Virtual(record, Bench.Job(IoPattern.RandReadWrite), Bench.Job(IoPattern.RandRead) with { ThinkTimeNs = 10_000 });
        worker.RunUntil(UntilNs);
        record.Latency.Record(isWrite: true, 123_456_789, 3);
        record.Latency.Record(isWrite: true, long.MaxValue); // counts as the longest there is
        var copy = new VcpuRecord();
        copy.Latency.Record(isWrite: false, 77);
        Restore(copy.RestoreFrom, Save(record.SaveTo));

        Assert.Equal(Save(record.SaveTo), Save(copy.SaveTo));
        Assert.Equal(record.Counters.ReadOperations, copy.Counters.ReadOperations);
        Assert.Equal(record.Counters.Quanta, copy.Counters.Quanta);
        foreach (var histogram in (Func<LatencyRecorder, LongHistogram>[])[l => l.Reads, l => l.Writes, l => l.Batches])
        {
            var (before, after) = (histogram(record.Latency), histogram(copy.Latency));
            Assert.True(before.TotalCount > 0);
            Assert.Equal((before.TotalCount, before.GetMean(), before.GetMaxValue()),
                (after.TotalCount, after.GetMean(), after.GetMaxValue()));
            Assert.All((double[])[0, 1, 50, 95, 99.9], p => Assert.Equal(before.GetValueAtPercentile(p), after.GetValueAtPercentile(p)));
        }
    }

    [Fact]
    public void What_a_verifier_expects_goes_along()
    {
        Bench.OnDisk(session =>
        {
            var verifier = new BlockVerifier(Bench.DiskBytes, 5, VerifyMethod.Crc32c);
            var scratch = new byte[Bench.Block];
            verifier.Write(session, 0, 7 * Bench.Block, scratch);
            verifier.Write(session, 2 * Bench.Block, Bench.Block, scratch);
            verifier.Read(session, 0, 3 * Bench.Block, scratch);
            var copy = new BlockVerifier(Bench.DiskBytes, 5, VerifyMethod.Crc32c);
            Restore(copy.RestoreFrom, Save(verifier.SaveTo));
            Assert.Equal((3, 0, null), (copy.BlocksVerified, copy.BlocksWrong, copy.FirstWrong));
            Assert.Equal(0, copy.VerifyAll(session));
            Assert.Equal(10, copy.BlocksVerified);

            session.Write(4 * Bench.Block, [1]);
            copy.VerifyAll(session);
            var third = new BlockVerifier(Bench.DiskBytes, 5, VerifyMethod.Crc32c);
            Restore(third.RestoreFrom, Save(copy.SaveTo));
            Assert.Equal((17, 1, copy.FirstWrong), (third.BlocksVerified, third.BlocksWrong, third.FirstWrong));
        });
    }

    [Fact]
    public void What_is_in_a_jobs_buffer_goes_along()
    {
        Bench.OnDisk(session =>
        {
            session.Write(0, [9, 8, 7]);
            var (first, second) = (new FullTransfer(session, Bench.Block, seed: 1), new FullTransfer(session, Bench.Block, seed: 2));
            first.Copy(new IoOperation(0, Bench.Block, IsWrite: false, IsSequential: false));
            Restore(second.RestoreFrom, Save(first.SaveTo));
            second.Copy(new IoOperation(5 * Bench.Block, Bench.Block, IsWrite: true, IsSequential: false));
            var found = new byte[3];
            session.Read(5 * Bench.Block, found);
            Assert.Equal([9, 8, 7], found);
        });
    }

    /// <summary>Runs jobs on one VCPU after another, each going on where the one before was written down.</summary>
    /// <returns>What was asked for and when, and where it ended.</returns>
    private static List<object> Run(JobSpec[] jobs, long[] movesNs, bool fails, long budgetNs, bool isLockstep)
    {
        var (record, storage, asked) = (new VcpuRecord(), new Bench.Notebook(), new List<object>());
        var (nowNs, next) = (0L, 0);
        var worker = Start(record, jobs, storage, nowNs, isLockstep);
        while (nowNs < UntilNs)
        {
            while (next < movesNs.Length && movesNs[next] <= nowNs)
            {
                next++;
                worker.Dispose();
                var state = Save(worker.SaveTo);
                worker = Start(record, jobs, storage, nowNs + 5, isLockstep);
                Restore(worker.RestoreFrom, state);
            }

            if (worker.IsFinishedAt(nowNs))
            {
                break;
            }

            nowNs = Math.Max(nowNs, worker.ReadyFromNs);
            (var outcome, nowNs) = worker.Quantum(nowNs, budgetNs);
            asked.Add((nowNs, outcome, record.Counters.StorageNs, record.Counters.ComputeNs,
                record.Counters.WaitingNs, record.Counters.Quanta, record.Latency.Writes.GetMean()));
            if (fails && nowNs > UntilNs / 2)
            {
                worker.FailNextQuantum();
                var last = Start(record, jobs, storage, nowNs, isLockstep);
                Restore(last.RestoreFrom, Save(worker.SaveTo));
                Assert.Throws<InjectedFaultException>(() => last.Execute(nowNs, 1000));
                break;
            }
        }

        asked.AddRange(storage.Asked.Cast<object>());
        return asked;
    }

    private static VirtualVcpu Start(VcpuRecord record, JobSpec[] jobs, BlockStorage storage, long nowNs, bool isLockstep)
    {
        JobRhythm? Rhythm(int job) => isLockstep ? null : new JobRhythm((ulong)job, JobSpec.DefaultJitterPercent);
        return new VirtualVcpu(record, [.. jobs.Select((job, i) => Bench.Start(job, storage, nowNs, Rhythm(i)))], storage, nowNs);
    }

    private static byte[] Save(Action<BinaryWriter> save)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        save(to);
        to.Flush();
        return bytes.ToArray();
    }

    private static void Restore(Action<BinaryReader> restore, byte[] saved)
    {
        using var from = new BinaryReader(new MemoryStream(saved));
        restore(from);
        Assert.Equal(saved.Length, from.BaseStream.Position);
    }
}
