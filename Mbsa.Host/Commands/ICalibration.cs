using Mbsa.Vm.Paths;

namespace Mbsa.Host.Commands;

/// <summary>Measures this machine.</summary>
internal interface ICalibration
{
    /// <summary>Measures; takes a few seconds.</summary>
    /// <param name="progress">Told what is being measured, a line each.</param>
    /// <param name="cancellation">Cancelled when the user has no patience;
    /// then this throws <see cref="OperationCanceledException"/>.</param>
    MachineProfile Measure(Action<string> progress, CancellationToken cancellation);
}
