using Mbsa.Actors.Results;

namespace Mbsa.Host.Live;

/// <summary>Looks at the wear of a run now and then: a look takes a moment for every block of every disk.</summary>
/// <param name="run">The run.</param>
/// <param name="time">Real time.</param>
/// <param name="period">Between two looks.</param>
internal sealed class WearWatch(IRunningScenario run, TimeProvider time, TimeSpan period)
{
    /// <summary>Cells of the picture: a row of a wide screen.</summary>
    public const int Cells = 512;

    private readonly Lock _lock = new();
    private DeviceWear _last = DeviceWear.None;
    private long? _looked;

    /// <summary>The wear as it was seen last, not longer ago than the period. Any thread.</summary>
    public DeviceWear Look()
    {
        lock (_lock)
        {
            if (_looked is not { } looked || time.GetElapsedTime(looked) >= period)
            {
                _last = run.Wear(Cells);
                _looked = time.GetTimestamp();
            }

            return _last;
        }
    }
}
