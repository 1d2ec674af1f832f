using System.Diagnostics;
using Mbsa.Host.Commands;
using Mbsa.Host.Tests.Files.Scenarios;

namespace Mbsa.Host.Tests.Commands;

/// <summary>The program itself where standard output or standard error takes nothing: a full disk is not its mistake.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("run nowhere.yaml 2> /dev/full", ExitCode.BadInput)]
    [InlineData("run nowhere.yaml 2>&-", ExitCode.BadInput)]
    [InlineData("run test.yaml --duration 1ms > /dev/full 2> /dev/full", ExitCode.BadInput)]
    [InlineData("run test.yaml --duration 1ms --quiet 2> /dev/full", ExitCode.Ok)]
    public async Task Where_nobody_hears_of_errors_the_exit_code_still_says_it(string command, int exitCode)
    {
        _scratch.Write(ScratchScenario.With());
        var program = Path.Combine(AppContext.BaseDirectory, "mbsa.dll");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet '{program}' {command}"])
        {
            WorkingDirectory = _scratch.Folder,
            RedirectStandardOutput = true,
        })!;
        await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();

        Assert.Equal(exitCode, shell.ExitCode);
    }

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
