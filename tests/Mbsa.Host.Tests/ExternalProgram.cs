using System.Diagnostics;

namespace Mbsa.Host.Tests;

/// <summary>
/// A program of the distribution that a test needs. Where it is not installed the test is skipped and says so; in CI it must be there.
/// </summary>
internal static class ExternalProgram
{
    /// <summary>Skips the test when the program is not there.</summary>
    /// <param name="name">Its name, as on a command line.</param>
    /// <param name="package">The Debian package that has it.</param>
    public static void Require(string name, string package)
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));
        Skip.If(!isThere && Environment.GetEnvironmentVariable("CI") != "true", $"{name} is not installed (apt-get install {package})");
        Assert.True(isThere, $"{name} is not installed, and in CI it must be (apt-get install {package})");
    }

    /// <summary>Runs it to its end.</summary>
    /// <param name="name">The program.</param>
    /// <param name="input">What it reads; null for nothing.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(string name, string? input, params string[] arguments)
    {
        using var process = Start(name, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Starts it; its output must be read.</summary>
    public static Process Start(string name, params string[] arguments) => Process.Start(new ProcessStartInfo(name, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
