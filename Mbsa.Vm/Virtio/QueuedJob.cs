using Mbsa.Vm.Jobs;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// A clone of a job on a conventional path: it submits I/Os as long as its engine allows more in flight, and goes on as they come back.
/// </summary>
/// <param name="spec">What it does.</param>
/// <param name="source">Its operations.</param>
/// <param name="requests">Its requests in guest memory.</param>
/// <param name="nowNs">The scenario's clock now; the start delay counts from here.</param>
/// <param name="rhythm">Its phase and jitter; null for neither.</param>
/// <param name="turn">Its place in the order of its VM's jobs; null where none waits for another.</param>
public sealed class QueuedJob(
    JobSpec spec, OperationSource source, FrontEndJob requests, long nowNs, JobRhythm? rhythm = null, JobTurn? turn = null)
    : RunningJob(spec, source, null, requests.Times, nowNs, rhythm, turn)
{
    private IoOperation? _refused;
    private bool _waitsForOthers;

    /// <summary>Its requests in guest memory.</summary>
    public FrontEndJob Requests { get; } = requests;

    /// <inheritdoc/>
    /// <remarks>It goes on by submitting.</remarks>
    public override bool MayRun(long nowNs) =>
        !_waitsForOthers && !IsAboutToThink && Requests.HasFree && base.MayRun(nowNs);

    /// <inheritdoc/>
    public override bool IsOver(long nowNs) => IsFinished(nowNs) && Requests.InFlight == 0;

    /// <summary>
    /// Takes the next operation and fills in a request for it. An operation whose place is taken has to wait, and with it the job.
    /// </summary>
    /// <param name="nowNs">The scenario's clock now.</param>
    /// <returns>Null when it has to wait, or is over.</returns>
    internal IoRequest? TryPrepare(long nowNs)
    {
        if (!TryDraw(nowNs, out var operation))
        {
            return null;
        }

        var askedNs = NotBeforeNs;
        if (Requests.TryPrepare(operation) is not { } request)
        {
            _refused = operation;
            _waitsForOthers = Requests.InFlight > 0; // else it asks again: somebody else's I/O is in the way
            return null;
        }

        _refused = null;
        BytesLeft -= operation.LengthBytes;
        EndIfOver();
        request.Pass(Stub.Asked, Math.Max(askedNs, request.FreeSinceNs));
        return request;
    }

    /// <summary>Takes note of a request that was submitted.</summary>
    internal void Submitted(IoRequest request, long nowNs)
    {
        if (IsPaced)
        {
            Pace(request.Operation, nowNs);
        }
    }

    /// <summary>Takes note of a request that is done.</summary>
    /// <returns>Whether it was the last before a think time, which begins now.</returns>
    internal bool Answered()
    {
        _waitsForOthers = false;
        return IsAboutToThink && Requests.InFlight == 0;
    }

    /// <summary>Takes the operation that had to wait, or draws the next one.</summary>
    /// <returns>Whether there is one: else the job is over.</returns>
    private bool TryDraw(long nowNs, out IoOperation operation)
    {
        operation = _refused ?? default;
        if (_refused is not null || Draw(new Span<IoOperation>(ref operation), nowNs) > 0)
        {
            return true;
        }

        EndIfOver();
        return false;
    }
}
