using Mbsa.Nvm.Timing;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Virtio;

namespace Mbsa.Vm.Vcpus;

/// <summary>A request of an I/O thread's batch, and when in its step it passes the back end's stubs, by time alone on the host.</summary>
internal struct ServedRequest
{
    public BlockRequest Request;
    public IoRequest? Token;
    public BlockStatus Status;
    public double TakenAtNs;
    public double ParsedAtNs;
    public double ServedAtNs;
    public double CopiedAtNs;

    /// <summary>Takes the times of the stubs that it passes in a step that is so long alone.</summary>
    public readonly void Pass(long startNs, double stepNs, ref PassageWalk walk)
    {
        Pass(Stub.Taken, TakenAtNs, startNs, stepNs, ref walk);
        Pass(Stub.Parsed, ParsedAtNs, startNs, stepNs, ref walk);
        Pass(Stub.Served, ServedAtNs, startNs, stepNs, ref walk);
        Pass(Stub.Copied, CopiedAtNs, startNs, stepNs, ref walk);
    }

    /// <summary>The next step goes on where this one ends.</summary>
    public void GoBack(double stepNs)
    {
        TakenAtNs -= stepNs;
        ParsedAtNs -= stepNs;
        ServedAtNs -= stepNs;
        CopiedAtNs -= stepNs;
    }

    private readonly void Pass(Stub stub, double atNs, long startNs, double stepNs, ref PassageWalk walk)
    {
        if (atNs >= 0 && atNs <= stepNs)
        {
            Token?.Pass(stub, startNs + (long)walk.GoTo(atNs));
        }
    }
}
