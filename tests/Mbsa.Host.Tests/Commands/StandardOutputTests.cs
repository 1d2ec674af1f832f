using System.Diagnostics;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Commands;

/// <summary>The program itself where standard output takes nothing: a full disk is not its mistake.</summary>
public sealed class StandardOutputTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("profiles")]
    [InlineData("check test.yaml")]
    [InlineData("run test.yaml --duration 1ms")]
    public async Task On_a_full_disk_it_is_one_line_and_exit_code_2(string command)
    {
        _scratch.Write(ScratchScenario.With());
        var program = Path.Combine(AppContext.BaseDirectory, "mbsa.dll");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet '{program}' {command} > /dev/full"])
        {
            WorkingDirectory = _scratch.Folder,
            RedirectStandardError = true,
        })!;
        var error = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal((ExitCode.BadInput, "mbsa: cannot write standard output: No space left on device"),
            (shell.ExitCode, error.Split(" : ")[0].TrimEnd()));
    }
}
