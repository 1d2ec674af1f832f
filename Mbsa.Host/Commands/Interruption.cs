using System.Runtime.InteropServices;

namespace Mbsa.Host.Commands;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks the program to end what it does and to say what it measured; the second ends the process at once,
/// for whoever has no patience for that.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>Cancelled by the first request.</summary>
    public CancellationToken Token => _first.Token;

    /// <summary>Somebody asked.</summary>
    public bool IsRequested => _first.IsCancellationRequested;

    /// <summary>Listens to the signals of this process until disposed of.</summary>
    /// <param name="beforeExit">Done before the process ends at the second request: it may leave no other trace.</param>
    public static Interruption OfProcess(Action beforeExit)
    {
        var interruption = new Interruption();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            interruption._signals.Add(PosixSignalRegistration.Create(signal, context => interruption.OnSignal(context, beforeExit)));
        }

        return interruption;
    }

    /// <summary>Ends at the first request.</summary>
    public Task Requested()
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _first.Token.Register(() => requested.TrySetResult());
        return requested.Task;
    }

    /// <summary>Asks the program to end; answers whether this was the first time.</summary>
    public bool Request()
    {
        lock (_first)
        {
            if (_first.IsCancellationRequested)
            {
                return false;
            }

            _first.Cancel();
            return true;
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _first.Dispose();
    }

    // Not cancelled, SIGINT kills the process as if nobody listened: nothing that hangs can hold it up.
    private void OnSignal(PosixSignalContext context, Action beforeExit)
    {
        context.Cancel = Request();
        if (!context.Cancel)
        {
            beforeExit();
        }
    }
}
