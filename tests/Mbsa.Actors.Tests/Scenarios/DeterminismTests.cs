using CsCheck;
using Mbsa.Actors.Runs;
using Mbsa.Cores.Policies;
using Mbsa.Model.Results;
using Mbsa.Model.Scenario;
using Mbsa.Model.Watching;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Scenarios;

/// <summary>
/// The same scenario and seed are the same run: however many threads carry the actors, and whatever else the machine does.
/// </summary>
public sealed class DeterminismTests
{
    [Fact]
    public async Task The_number_of_threads_does_not_matter()
    {
        var first = await OnThreadsAsync(Eventful(seed: 1), 1);
        for (var threads = 1; threads <= 3; threads++)
        {
            AssertSame(first, await OnThreadsAsync(Eventful(seed: 1), threads));
        }

        Assert.NotEqual(first.TraceHash, (await OnThreadsAsync(Eventful(seed: 2), 1)).TraceHash);
    }

    [Fact]
    public async Task A_busy_machine_does_not_matter()
    {
        var quiet = await OnThreadsAsync(Eventful(seed: 1), 2);
        using var end = new CancellationTokenSource();
        var burners = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => Burn(end.Token))).ToList();
        burners.ForEach(b => b.Start());
        try
        {
            for (var i = 0; i < 2; i++)
            {
                AssertSame(quiet, await OnThreadsAsync(Eventful(seed: 1), 2));
            }
        }
        finally
        {
            await end.CancelAsync();
            burners.ForEach(b => b.Join());
        }
    }

    [Fact]
    public void Vms_that_stop_at_any_time_harm_nobody_leak_nothing_and_do_so_again() =>
        Gen.Select(Gen.Long[0, 10_000_000].Array[1, 3], Gen.ULong, Gen.Int[0, QosPolicies.All.Count - 1]
            .Select(i => QosPolicies.All[i].Name), Gen.Int[1, 2]).Sample((stopsNs, seed, policy, threads) =>
        {
            var patterns = new[] { IoPattern.RandReadWrite, IoPattern.Write, IoPattern.Read };
            var stopping = stopsNs.Select((_, i) => Lab.Vm($"stops-{i}", patterns[i], vcpus: 1 + i, weight: 1 + i));
            var scenario = (Lab.Scenario([Lab.Vm("stays"), .. stopping, Lab.Hog("hog", vcpus: 2, cpuPercent: 60)]) with
            {
                Seed = seed,
                DurationNs = 10 * Lab.Millisecond,
                Events = [.. stopsNs.Select((ns, i) => new ScenarioEvent(ns, $"stops-{i}", new VmChange.Stop())).OrderBy(e => e.AtNs)],
            }).With(h => h with { Policy = policy, Device = Lab.Device(8e9, 3e9) });
            var first = OnThreadsAsync(scenario, threads).GetAwaiter().GetResult();
            Assert.Empty(first.Problems);
            Assert.True(first.Of("stays").Read.Operations > 0);
            Assert.True(first.Of("hog").ComputeCpuNs > 0);
            Assert.All(stopsNs.Select((ns, i) => (ns, i)), stop =>
            {
                var (vm, totals) = (first.Of($"stops-{stop.i}"), first.Totals()[1 + stop.i]);
                Assert.Equal(VmState.Stopped, vm.State);
                Assert.True(stop.ns < Lab.Millisecond || totals > 0);
                Assert.True(vm.StorageCpuNs <= stop.ns * Math.Min(4, vm.Spec.Vcpus));
            });
            AssertSame(first, OnThreadsAsync(scenario, threads).GetAwaiter().GetResult());
        }, iter: 20, threads: 1);

    /// <summary>Something of everything that could disturb the order of things.</summary>
    private static ScenarioSpec Eventful(ulong seed)
    {
        var brief = Lab.Vm("brief", vcpus: 3) with
        { Jobs = [Lab.Job(IoPattern.Write, 3) with { TimeBased = false, IoSizeBytes = 1 << 20 }] };
        var paced = Lab.Vm("paced", vcpus: 2) with { Jobs = [Lab.Job(IoPattern.RandRead, 2) with { ReadRateIops = 30_000 }] };
        return (Lab.Scenario(Lab.Vm("a", IoPattern.RandReadWrite, vcpus: 3),
            Lab.Vm("b", IoPattern.RandWrite, weight: 2), brief, paced, Lab.Hog("hog", 2, 30)) with
        { Seed = seed })
            .With(h => h with { Device = Lab.Device(6e9, 2e9) })
            .At(3 * Lab.Millisecond, "a", new VmChange.FailVcpu(2))
            .At(5 * Lab.Millisecond, "b", new VmChange.SetQos(new QosSpec { Weight = 3 }))
            .At(9 * Lab.Millisecond, "b", new VmChange.Stop())
            .At(9 * Lab.Millisecond, "a", new VmChange.FailVcpu(0));
    }

    private static async Task<RunResult> OnThreadsAsync(ScenarioSpec scenario, int threads)
    {
        var ledger = new MemoryLedger();
        var result = await ScenarioRun.Start(scenario, ledger, threads).Completion.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.True(ledger.IsEmpty, ledger.Describe());
        return result;
    }

    private static void AssertSame(RunResult first, RunResult second)
    {
        Assert.Equal(first.TraceHash, second.TraceHash);
        Assert.Equal(first.Totals(), second.Totals());
        Assert.Equal(first.MeasuredNs, second.MeasuredNs);
        Assert.Equal(first.Utilisation, second.Utilisation);
        Assert.Equal(first.Problems.AsEnumerable(), second.Problems);
        Assert.Equal(Figures(first), Figures(second));

        static IEnumerable<object> Figures(RunResult run) =>
            run.Vms.Select(v => (object)(v.State, v.Read, v.Write, v.WaitingNs, v.Quanta, v.PlannedShare));
    }

    private static void Burn(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            Thread.SpinWait(1000);
        }
    }
}
