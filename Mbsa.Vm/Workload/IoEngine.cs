namespace Mbsa.Vm.Workload;

/// <summary>How a job waits for its I/O: fio's <c>ioengine</c>, of which only this matters here.</summary>
public enum IoEngine
{
    /// <summary>
    /// A system call, or a copy, that comes back with the I/O done: one is in flight per job (sync, psync, pvsync, mmap ...).
    /// </summary>
    Synchronous,

    /// <summary>
    /// I/O is submitted and its end is asked for later: up to <see cref="JobSpec.IoDepth"/> are in flight (libaio, io_uring, posixaio).
    /// </summary>
    Asynchronous,
}
