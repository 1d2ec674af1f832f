using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// The requests of one clone of a job: as many as its engine keeps in flight, one for a synchronous engine and iodepth for an asynchronous
/// one. They are part of the guest's memory and outlive the VCPU's worker. They are used in turn: the latency of an I/O counts from the end
/// of the one before in its place, and a place that is left alone would hide how long the program takes to get around to it.
/// </summary>
public sealed class FrontEndJob
{
    private const int HeaderStride = 32;

    private readonly GuestMemory _memory;
    private readonly IoPayload _payload;
    private readonly Queue<IoRequest> _free;

    /// <summary>Lays the requests of a clone into guest memory.</summary>
    /// <param name="owner">The front end they belong to.</param>
    /// <param name="job">The job.</param>
    /// <param name="times">What the device takes for them.</param>
    /// <param name="payload">What is in their buffers.</param>
    /// <param name="memory">Guest memory.</param>
    /// <param name="address">Where they may begin; <see cref="BytesOf"/> are theirs.</param>
    internal FrontEndJob(FrontEnd owner, JobSpec job, OperationTimes times, IoPayload payload, GuestMemory memory, int address)
    {
        (Owner, Times, _payload, _memory) = (owner, times, payload, memory);
        IsAsynchronous = job.Engine == IoEngine.Asynchronous;
        Depth = DepthOf(job);
        var buffers = address + HeaderBytes(job);
        _free = new Queue<IoRequest>(Depth);
        for (var i = 0; i < Depth; i++)
        {
            var header = address + i * HeaderStride;
            var buffer = buffers + (payload.HasBytes ? i * LargestBlock(job) : 0);
            _free.Enqueue(new IoRequest(this, header, header + BlockRequest.HeaderBytes, buffer));
        }

        payload.FillOnce(memory.At(buffers, BytesOf(job, payload.HasBytes) - HeaderBytes(job)));
    }

    /// <summary>The front end they belong to.</summary>
    public FrontEnd Owner { get; }

    /// <summary>What the device takes for them.</summary>
    public OperationTimes Times { get; }

    /// <summary>Whether submitting one comes back before it is done.</summary>
    public bool IsAsynchronous { get; }

    /// <summary>Requests that may be in flight.</summary>
    public int Depth { get; }

    /// <summary>Requests in flight.</summary>
    public int InFlight => Depth - _free.Count;

    /// <summary>Whether a request is free.</summary>
    public bool HasFree => _free.Count > 0;

    /// <summary>Requests of a clone of a job.</summary>
    public static int DepthOf(JobSpec job) => job.Engine == IoEngine.Asynchronous ? job.IoDepth : 1;

    /// <summary>Bytes of guest memory for a clone of a job. Without bytes to move all requests name one buffer.</summary>
    public static int BytesOf(JobSpec job, bool hasBytes) =>
        checked(HeaderBytes(job) + LargestBlock(job) * (hasBytes ? DepthOf(job) : 1));

    /// <summary>The VCPU starts, perhaps anew: its requests are free from now on, but for those that are still under way.</summary>
    internal void Start(long nowNs)
    {
        foreach (var request in _free)
        {
            request.FreeSinceNs = nowNs;
        }
    }

    /// <summary>Fills in a free request.</summary>
    /// <returns>Null when the payload does not allow the operation now.</returns>
    internal IoRequest? TryPrepare(in IoOperation operation)
    {
        var request = _free.Peek();
        if (!_payload.TryBegin(operation, _memory.At(request.BufferAddress, operation.LengthBytes)))
        {
            return null;
        }

        _free.Dequeue();
        request.Operation = operation;
        BlockRequest.WriteHeader(
            _memory.At(request.HeaderAddress, BlockRequest.HeaderBytes),
            operation.IsWrite ? BlockRequestKind.Out : BlockRequestKind.In,
            (ulong)operation.OffsetBytes / BlockRequest.SectorBytes);
        return request;
    }

    /// <summary>Takes back a request that is done, or that nobody knows anything of.</summary>
    /// <exception cref="InputException">The device did not do it.</exception>
    internal void TakeBack(IoRequest request, long nowNs)
    {
        var (operation, isLost) = (request.Operation, request.IsLost);
        (request.FreeSinceNs, request.IsAbandoned, request.IsLost) = (nowNs, false, false);
        _free.Enqueue(request);
        if (isLost)
        {
            _payload.Lose(operation);
            return;
        }

        var status = (BlockStatus)_memory.At(request.StatusAddress, 1)[0];
        if (status != BlockStatus.Ok)
        {
            _payload.Lose(operation);
            throw new InputException($"the disk answered {status} to {operation.LengthBytes} bytes at offset {operation.OffsetBytes}");
        }

        _payload.End(operation, _memory.At(request.BufferAddress, operation.LengthBytes));
    }

    private static int HeaderBytes(JobSpec job) => PageUp(DepthOf(job) * HeaderStride);

    private static int LargestBlock(JobSpec job) => PageUp(Math.Max(job.ReadBlockBytes, job.WriteBlockBytes));

    private static int PageUp(int bytes) => (bytes + 4095) & ~4095;
}
