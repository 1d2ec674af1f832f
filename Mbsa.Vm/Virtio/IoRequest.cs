using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// One place in a job's depth: a request in guest memory that is in flight or free, over and over.
/// Beside what the driver knows it carries what only the laboratory knows: when it passed each stub.
/// </summary>
/// <param name="job">Whose it is.</param>
/// <param name="headerAddress">Where its header is.</param>
/// <param name="statusAddress">Where its status comes.</param>
/// <param name="bufferAddress">Where its data is.</param>
public sealed class IoRequest(FrontEndJob job, int headerAddress, int statusAddress, int bufferAddress)
{
    /// <summary>When it passed each stub; whoever has the request at the moment writes it.</summary>
    internal StubTimes Stubs;

    /// <summary>Whose it is.</summary>
    public FrontEndJob Job { get; } = job;

    /// <summary>Where its header is.</summary>
    public int HeaderAddress { get; } = headerAddress;

    /// <summary>Where its status comes.</summary>
    public int StatusAddress { get; } = statusAddress;

    /// <summary>Where its data is.</summary>
    public int BufferAddress { get; } = bufferAddress;

    /// <summary>What it does, while it is in flight.</summary>
    public IoOperation Operation { get; internal set; }

    /// <summary>Since when it has been free, on the scenario's clock.</summary>
    public long FreeSinceNs { get; internal set; }

    /// <summary>The VCPU that asked for it failed meanwhile: nobody hears what became of it.</summary>
    public bool IsAbandoned { get; internal set; }

    /// <summary>Its queue was reset under it: nobody knows what became of it.</summary>
    public bool IsLost { get; internal set; }

    /// <summary>Takes the time at a stub.</summary>
    internal void Pass(Stub stub, long ns) => Stubs[(int)stub] = ns;
}
