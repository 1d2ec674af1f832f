using System.Collections.Concurrent;
using Mbsa.Actors.Runs;
using Mbsa.Host.Figures;
using Mbsa.Model.Watching;

namespace Mbsa.Host.Watching;

/// <summary>
/// Looks at the wear of a run now and then: a look takes a moment for every block of every disk. Whoever asks gets what was seen last
/// and waits for nothing; when that is old, the next look begins aside.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="time">Real time.</param>
internal sealed class WearWatch(IRunningScenario run, TimeProvider time)
{
    /// <summary>Cells of the picture: a row of a wide screen.</summary>
    public const int Cells = 512;

    /// <summary>Real time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<DeviceWear>? _looking;
    private DeviceWear? _last;
    private long _looked;
    private readonly ConcurrentDictionary<string, (long AtNs, long Worst)> _first = new();

    /// <summary>The wear as it was seen last; the first to ask looks himself. Any thread.</summary>
    public DeviceWear Look()
    {
        lock (_lock)
        {
            if (_looking is { IsCompleted: true } done)
            {
                _last = done.IsCompletedSuccessfully ? done.Result : _last;
                _looking = null;
            }

            if (_last is null)
            {
                (_last, _looked) = (LookNow(), time.GetTimestamp());
            }
            else if (_looking is null && time.GetElapsedTime(_looked) >= Period)
            {
                _looked = time.GetTimestamp();
                _looking = Task.Run(LookNow);
            }

            return _last;
        }
    }

    /// <summary>Looks, and tells how long each disk will last at the rate since it was first seen.</summary>
    private DeviceWear LookNow()
    {
        var (wear, nowNs) = (run.Wear(Cells), run.Snapshot().ClockNs);
        return wear with
        {
            Disks = wear.Disks.ToDictionary(disk => disk.Key, disk =>
            {
                var now = disk.Value;
                var (atNs, worst) = _first.GetOrAdd(disk.Key, (nowNs, now.Worst));
                return now.WorstRatio is > 0 and var used
                    ? now with { LeftNs = WearFigures.Left(now.Worst / used, now.Worst, now.Worst - worst, nowNs - atNs) }
                    : now;
            }),
        };
    }
}
