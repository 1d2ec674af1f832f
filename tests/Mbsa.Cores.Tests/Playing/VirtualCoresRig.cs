using Mbsa.Cores.Playing;
using Mbsa.Cores.Policies;
using Mbsa.Cores.Queue;

namespace Mbsa.Cores.Tests.Playing;

/// <summary>Virtual cores with a plain run queue, and workers on them.</summary>
internal static class VirtualCoresRig
{
    public static VirtualCores CoresOf(int count) => CoresOf(new HostCapacity(count, 1e12), 100);

    public static VirtualCores CoresOf(HostCapacity host, long quantumNs) => new(host, new RoundRobinQueue(host, quantumNs));

    public static void Attach(VirtualCores cores, params ScriptedWorker[] workers)
    {
        for (var i = 0; i < workers.Length; i++)
        {
            cores.Attach(workers[i].As(i));
        }
    }
}
