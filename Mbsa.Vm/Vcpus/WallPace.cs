namespace Mbsa.Vm.Vcpus;

/// <summary>
/// Makes what exists only as a cost take its time under the wall clock: the exits, wake-ups and kernel layers of a conventional path,
/// which this machine does not go through. Under the virtual clock nothing has to be waited for.
/// </summary>
/// <param name="Clock">The wall clock; null under the virtual one.</param>
public readonly record struct WallPace(RunClock? Clock)
{
    /// <summary>Whether time is real.</summary>
    public bool IsReal => Clock is not null;

    /// <summary>Spins until a stretch of work has taken what it takes.</summary>
    public void Fill(long startNs, double coreNs)
    {
        if (Clock is not { } clock)
        {
            return;
        }

        while (clock.NowNs - startNs < coreNs)
        {
            Thread.SpinWait(4);
        }
    }
}
