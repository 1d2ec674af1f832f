using Mbsa.Vm.Paths;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Tests.Vcpus;
using Mbsa.Vm.Vcpus;
using Mbsa.Vm.Virtio;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Tests.Virtio;

/// <summary>
/// A VM with a disk on a conventional path, played by hand: whoever is ready runs its next step, one after the other, on a core of its own.
/// </summary>
internal sealed class VirtioBench : IDisposable
{
    private readonly List<Player> _players = [];

    public VirtioBench(IoPath path, BlockStorage storage, int movedBytes, params JobSpec[][] vcpus)
    {
        IoPayload payload = movedBytes == 0 ? new NoPayload() : new FilledPayload(1);
        Disk = new VirtioDisk(path, Costs,
            [.. vcpus.Select(jobs => jobs.Select(job => (FrontEndClone?)new FrontEndClone(job, Bench.Times, payload)).ToList())]);
        for (var vcpu = 0; vcpu < vcpus.Length; vcpu++)
        {
            Records.Add(new VcpuRecord());
            _players.Add(new Player(Vcpu(vcpu, vcpus[vcpu], 0)));
        }

        Records.Add(new VcpuRecord());
        _players.Add(new Player(new IoThread(Disk, storage, movedBytes, Records[^1], 0, default, 0)));
    }

    /// <summary>Every stage takes a microsecond.</summary>
    public static StageCosts Costs { get; } = new()
    {
        SubmitNs = 1000,
        LockNs = 100,
        ExitNs = 1000,
        SignalNs = 1000,
        IdleNs = 1000,
        BatchNs = 1000,
        ParseNs = 1000,
        ColdNs = 1000,
        CopyNs = 1000,
        UsedNs = 1000,
        InterruptNs = 1000,
        EnterNs = 1000,
        NotifyNs = 1000,
        CompleteNs = 1000,
    };

    public VirtioDisk Disk { get; }

    public List<VcpuRecord> Records { get; } = [];

    public long NowNs { get; private set; }

    /// <summary>What a worker threw, by its place: the VCPUs, then the I/O thread.</summary>
    public Dictionary<int, Exception> Failures { get; } = [];

    /// <summary>The worker of a VCPU, over the same record.</summary>
    public VirtioVcpu Vcpu(int vcpu, JobSpec[] jobs, long nowNs) => new(
        Records[vcpu],
        [.. jobs.Select((job, i) =>
            new QueuedJob(job, new OperationSource(job, Bench.DiskBytes, 1, i), Disk.FrontEnds[vcpu].Jobs[i]!, nowNs))],
        Disk.FrontEnds[vcpu], 0, default, nowNs);

    /// <summary>Puts a fresh worker in place of one that failed.</summary>
    public void Replace(int player, IQuantumWorker worker)
    {
        Failures.Remove(player);
        _players[player] = new Player(worker);
    }

    /// <summary>Plays so many rounds: in each, everybody who is ready does one step, and then a microsecond has passed.</summary>
    public void Play(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            for (var player = 0; player < _players.Count; player++)
            {
                // the I/O thread is slower, or the VCPU that hears it would do nothing else
                if (player + 1 < _players.Count || round % 4 == 0)
                {
                    PlayOne(player);
                }
            }

            NowNs += 1000;
        }
    }

    public long Operations(int vcpu) => Records[vcpu].Counters.ReadOperations + Records[vcpu].Counters.WriteOperations;

    public void Dispose() => _players.ForEach(p => p.Worker.Dispose());

    private void PlayOne(int index)
    {
        var player = _players[index];
        if (Failures.ContainsKey(index) || player.IsOver || (player.IsBlocked && player.Worker.Doorbell is not { IsRung: true }))
        {
            return;
        }

        try
        {
            player.Worker.Execute(NowNs, 25_000);
            var next = player.Worker.Complete(NowNs + 1000).Next;
            (player.IsBlocked, player.IsOver) = (next == AfterQuantum.Blocked, next == AfterQuantum.Finished);
        }
        catch (InputException failure)
        {
            Failures[index] = failure;
        }
    }

    private sealed class Player(IQuantumWorker worker)
    {
        public IQuantumWorker Worker { get; } = worker;

        public bool IsBlocked { get; set; }

        public bool IsOver { get; set; }
    }
}
