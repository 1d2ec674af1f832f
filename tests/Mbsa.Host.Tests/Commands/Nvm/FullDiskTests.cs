using System.Diagnostics;
using Mbsa.Host.Commands;

namespace Mbsa.Host.Tests.Commands.Nvm;

/// <summary>
/// The program itself where a file gets no room in the middle of taking it:
/// beyond what its user may have in a file, and on a small disk of its own.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-full-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nvm create d.nvm --size 64MiB")]
    [InlineData("run s.yaml --quiet")]
    public async Task Room_that_is_refused_while_it_is_taken_is_one_line_and_leaves_no_file(string command)
    {
        await WriteScenario("d.nvm");
        await File.WriteAllTextAsync(Path.Combine(_folder, "other"), "kept");

        var (exitCode, error) = await Shell($"ulimit -f 8192 && exec dotnet '{ProgramPath}' {command}");

        AssertRefused("File too large", exitCode, error);
        Assert.Equal(["other", "s.yaml"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(_folder, "other")));
    }

    [SkippableTheory]
    [InlineData("nvm create disk/d.nvm --size 64MiB")]
    [InlineData("run s.yaml --quiet")]
    public async Task On_a_small_disk_it_is_one_line_and_leaves_no_file(string command)
    {
        await WriteScenario("disk/d.nvm");
        Directory.CreateDirectory(Path.Combine(_folder, "disk"));
        const string mount = "mount -t tmpfs -o size=16m none disk";
        var (canMount, why) = await Shell($"unshare --map-root-user --mount sh -c '{mount}'");
        Skip.If(canMount != 0, $"a disk of its own needs a mount namespace: {why.Trim()}");

        var (exitCode, error) = await Shell($"exec unshare --map-root-user --mount sh -c '{mount} && dotnet \"{ProgramPath}\" {command}; "
            + "code=$?; ls disk >&2; exit $code'");

        AssertRefused("the disk has 16777216 bytes left", exitCode, error);
    }

    private static string ProgramPath => Path.Combine(AppContext.BaseDirectory, "mbsa.dll");

    private static void AssertRefused(string reason, int exitCode, string error)
    {
        Assert.Equal(ExitCode.BadInput, exitCode);
        Assert.Contains("d.nvm", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains($"67108864 bytes large: {reason}", error, StringComparison.Ordinal);
    }

    private Task WriteScenario(string device) => File.WriteAllTextAsync(Path.Combine(_folder, "s.yaml"), $$"""
        duration: 10ms
        host: { machine: generic-4core, nvm: { size: 64MiB, file: {{device}} } }
        vms: [ { name: a, vcpus: 1, storage: { size: 8MiB }, workload: { rw: read } } ]
        """);

    private async Task<(int ExitCode, string Error)> Shell(string script)
    {
        var start = new ProcessStartInfo("sh", ["-c", script])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // else the runtime itself needs a memory file beyond the limit
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = await shell.StandardError.ReadToEndAsync();
        await output;
        await shell.WaitForExitAsync();
        return (shell.ExitCode, error);
    }
}
