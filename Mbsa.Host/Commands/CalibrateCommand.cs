using System.CommandLine;
using System.Text;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Report;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa calibrate</c>: measures this machine and writes a machine profile.</summary>
internal static class CalibrateCommand
{
    public static Command Create(ProgramServices services, ICalibration calibration)
    {
        var output = new Option<string?>("--output", "-o")
        {
            HelpName = "FILE",
            Description =
            $"Where the profile goes; '-' is standard output. Without it, scenarios name this machine as '{ProfileCatalog.ThisMachine}'",
        };
        var command = new Command("calibrate", "Measure this machine and write its machine profile.") { output };
        command.SetAction(parsed => Calibrate(services, calibration, parsed.GetValue(output)));
        return command;
    }

    private static int Calibrate(ProgramServices services, ICalibration calibration, string? chosen)
    {
        var path = chosen ?? ProfileCatalog.ThisMachineFile;
        if (chosen is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
        }

        using var interruption = services.ListenForInterruption();
        using var file = OutputFile.Open("--output", path, services.Terminal.OpenStandardOutput);
        try
        {
            // Standard output may be the profile: what is going on is said beside it.
            var profile = calibration.Measure(services.Terminal.Error.WriteLine, interruption.Token);
            file.Write(Encoding.UTF8.GetBytes(MachineProfileWriter.Write(profile)));
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            services.Terminal.Error.WriteLine("mbsa: interrupted; nothing was written");
            return ExitCode.Interrupted;
        }

        if (path != "-")
        {
            services.Terminal.Lines.WriteLine(
                $"written to {path}; a scenario names it as  machine: {(chosen is null ? ProfileCatalog.ThisMachine : path)}");
        }

        return ExitCode.Ok;
    }
}
