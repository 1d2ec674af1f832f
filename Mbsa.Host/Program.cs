using System.Runtime.InteropServices;
using Mbsa.Actors.Tracing;
using Mbsa.Host;
using Mbsa.Host.Calibration;
using Mbsa.Host.Commands;

// A file that grows beyond the limit of its user (ulimit -f) is an error like a full disk, with a message;
// by default the kernel ends the process for it, in the middle of what it was doing.
const PosixSignal fileTooLarge = (PosixSignal)25; // SIGXFSZ on Linux, which .NET has no name for
using var heard = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create(fileTooLarge, context => context.Cancel = true) : null;

var terminal = Terminal.OfProcess();
var trace = new RunTrace(TextWriter.Synchronized(terminal.Error).WriteLine)
{
    IsVerbose = Environment.GetEnvironmentVariable("MBSA_DEBUG") is "1",
};
return await CommandTree.InvokeAsync(args, new ProgramServices
{
    Terminal = terminal,
    ListenForInterruption = () => Interruption.OfProcess(terminal.ShowCursor),
    Start = scenario => ActorScenario.Start(scenario, trace),
    Cluster = new ClusterClient(trace),
    Calibration = new MachineCalibration(),
    Trace = trace,
}).ConfigureAwait(false);
