using Mbsa.Model.Watching;

namespace Mbsa.Host.Watching;

/// <summary>
/// Looks at the wear of a run now and then: a look takes a moment for every block of every disk. Whoever asks gets what was seen last and waits for
/// nothing; when that is old, the next look begins aside.
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
                (_last, _looked) = (run.Wear(Cells), time.GetTimestamp());
            }
            else if (_looking is null && time.GetElapsedTime(_looked) >= Period)
            {
                _looked = time.GetTimestamp();
                _looking = Task.Run(() => run.Wear(Cells));
            }

            return _last;
        }
    }
}
