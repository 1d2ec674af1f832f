using System.Collections.Immutable;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// A disk on a conventional path, as its VM and its back end share it: guest memory with rings and requests, the doorbells,
/// and who still uses it. It lives from one start of the VM to its end or to a power failure.
/// </summary>
/// <remarks>
/// Where the concurrency is: <c>vhost-bio</c> has one queue, with one lock, for all VCPUs, and the first VCPU takes its interrupts;
/// <c>virtio-mq</c> has a queue for each VCPU, which takes its own. Both have one I/O thread.
/// </remarks>
public sealed class VirtioDisk
{
    /// <summary>Requests that can be in flight on one queue: each takes three descriptors.</summary>
    public const int MaxInFlight = VirtqueueLayout.MaxEntries / DriverQueue<IoRequest>.ChainLength;

    private const int MinEntries = 128, PageBytes = 4096, MaxMemoryBytes = 1 << 30;

    private readonly GuestMemory _memory;
    private int _inUse;

    /// <summary>Lays out the disk of a VM.</summary>
    /// <param name="path">A conventional path.</param>
    /// <param name="costs">What its software costs.</param>
    /// <param name="clones">For each VCPU the clones of jobs that it runs; null for one without I/O.</param>
    /// <exception cref="InputException">More I/O would be in flight than a queue or memory can hold.</exception>
    public VirtioDisk(IoPath path, StageCosts costs, IReadOnlyList<IReadOnlyList<FrontEndClone?>> clones)
    {
        (Path, Costs) = (path, costs);
        var isShared = path == IoPath.VhostBio;
        var inFlight = clones.Select(vcpu => vcpu.Sum(c => c is { } clone ? FrontEndJob.DepthOf(clone.Job) : 0)).ToArray();
        int[] sizes = [.. (isShared ? [inFlight.Sum()] : inFlight.Where(n => n > 0)).Select(Entries)];
        var ringBytes = sizes.Sum(RingBytes);
        var requestBytes = clones.Sum(vcpu => vcpu.Sum(c => c is { } clone ? (long)RequestBytes(clone) : 0));
        if (ringBytes + requestBytes > MaxMemoryBytes)
        {
            throw new InputException($"iodepth and bs of all jobs together take {(ringBytes + requestBytes) >> 20} MiB of buffers; "
                + $"{MaxMemoryBytes >> 20} are the most");
        }

        _memory = new GuestMemory((int)(ringBytes + requestBytes));
        var address = 0;
        var queues = new VirtioQueue[sizes.Length];
        for (var i = 0; i < queues.Length; i++)
        {
            queues[i] = new VirtioQueue(_memory, new VirtqueueLayout(sizes[i], address));
            address += RingBytes(sizes[i]);
        }

        Queues = [.. queues];
        FrontEnds = [.. clones.Select((_, vcpu) => new FrontEnd(this, vcpu))];
        var nextQueue = 0;
        foreach (var frontEnd in FrontEnds.Where(f => inFlight[f.Vcpu] > 0))
        {
            frontEnd.Queue = queues[isShared ? 0 : nextQueue++];
            frontEnd.Queue.AddUser(frontEnd);
            _inUse++;
        }

        foreach (var frontEnd in FrontEnds)
        {
            frontEnd.Jobs = [.. clones[frontEnd.Vcpu].Select(clone => Place(frontEnd, clone))];
        }

        FrontEndJob? Place(FrontEnd frontEnd, FrontEndClone? clone)
        {
            if (clone is null)
            {
                return null;
            }

            var job = new FrontEndJob(frontEnd, clone.Job, clone.Times, clone.Payload, _memory, address);
            address += RequestBytes(clone);
            return job;
        }
    }

    /// <summary>The path.</summary>
    public IoPath Path { get; }

    /// <summary>What its software costs.</summary>
    public StageCosts Costs { get; }

    /// <summary>The front end of each VCPU.</summary>
    public ImmutableArray<FrontEnd> FrontEnds { get; }

    /// <summary>The queues, all served by one I/O thread.</summary>
    public ImmutableArray<VirtioQueue> Queues { get; }

    /// <summary>What wakes the I/O thread: a kick.</summary>
    public Doorbell Doorbell { get; } = new();

    /// <summary>
    /// Requests that the back end serves before it shows any of them to the guest. vhost-blk stops taking requests as soon as one is done
    /// and returns it first (vhost_blk_handle_guest_kick in its source), and on memory one is done when it was submitted. QEMU's data plane
    /// takes all it finds, submits them together, and takes up to 128 completions at once (MAX_EVENTS of its linux-aio.c).
    /// </summary>
    public int LongestBatch => Path == IoPath.VhostBio ? 1 : 128;

    /// <summary>Whether a VCPU may still submit I/O.</summary>
    public bool IsInUse => Volatile.Read(ref _inUse) > 0;

    internal void Leave(long nowNs)
    {
        if (Interlocked.Decrement(ref _inUse) == 0)
        {
            Doorbell.Ring(nowNs);
        }
    }

    /// <summary>
    /// Room for every request, as a queue of 128 has with indirect descriptors, which real drivers use and ours does not.
    /// </summary>
    private static int Entries(int inFlight)
    {
        if (inFlight > MaxInFlight)
        {
            throw new InputException(
                $"the iodepths of the jobs on one queue add up to {inFlight}; {MaxInFlight} requests are the most that a queue holds");
        }

        return (int)System.Numerics.BitOperations
            .RoundUpToPowerOf2((uint)Math.Max(MinEntries, inFlight * DriverQueue<IoRequest>.ChainLength));
    }

    private static int RingBytes(int entries) => PageUp(new VirtqueueLayout(entries, 0).End);

    private static int RequestBytes(FrontEndClone clone) => PageUp(FrontEndJob.BytesOf(clone.Job, clone.Payload.HasBytes));

    private static int PageUp(int bytes) => (bytes + PageBytes - 1) & ~(PageBytes - 1);
}

/// <summary>A clone of a job as a front end needs it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Times">What the device takes for its I/O.</param>
/// <param name="Payload">What is in its buffers.</param>
public sealed record FrontEndClone(JobSpec Job, OperationTimes Times, IoPayload Payload);
