using Mbsa.Host.Calibration;
using Mbsa.Host.Commands;

var terminal = Terminal.OfProcess();
return await CommandLine.InvokeAsync(args, new ProgramServices
{
    Terminal = terminal,
    ListenForInterruption = () => Interruption.OfProcess(terminal.ShowCursor),
    Start = ActorScenario.Start,
    Calibration = new MachineCalibration(),
    IsVerbose = Environment.GetEnvironmentVariable("MBSA_DEBUG") is "1",
}).ConfigureAwait(false);
