using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Mbsa.Host.Tests.Cluster;

/// <summary>A real <c>mbsa node</c> in a process of its own.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "mbsa.dll");

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it is reached.</summary>
    public string Address => _address.Task.Result;

    /// <summary>All that it said.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts one, and waits until it is a member.</summary>
    public static Task<NodeProcess> StartAsync(string? seed, params string[] more) => StartAsync(Start(NodeArguments(seed, more)));

    /// <summary>Starts one that trusts certificates of one authority only, and waits until it is a member.</summary>
    public static Task<NodeProcess> StartTrustingAsync(string authority, string? seed, params string[] more) =>
        StartAsync(ExternalProgram.Start("env", [Trust(authority), "dotnet", _program, .. NodeArguments(seed, more)]));

    /// <summary>Runs the program to its end; it trusts certificates of one authority only.</summary>
    public static Task<(int ExitCode, string Output)> RunTrustingAsync(string authority, params string[] arguments) =>
        ExternalProgram.RunAsync("env", null, [Trust(authority), "dotnet", _program, .. arguments]);

    private static string Trust(string authority) => $"SSL_CERT_FILE={authority}";

    private static string[] NodeArguments(string? seed, string[] more) =>
        ["node", "--listen", "127.0.0.1:0", .. seed is null ? (string[])[] : ["--seed", seed], .. more];

    private static async Task<NodeProcess> StartAsync(Process process)
    {
        var node = new NodeProcess(process);
        await Task.WhenAny(node._address.Task, node._process.WaitForExitAsync()).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(node._process.HasExited, node.Output);
        return node;
    }

    /// <summary>Runs the program to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        ExternalProgram.RunAsync("dotnet", null, [_program, .. arguments]);

    /// <summary>Starts the program; its output must be read.</summary>
    public static Process Start(params string[] arguments) => ExternalProgram.Start("dotnet", [_program, .. arguments]);

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to leave, as Ctrl-C does, and waits until it has.</summary>
    public async Task<int> LeaveAsync()
    {
        using var kill = ExternalProgram.Start("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line is not null && Joined().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(match.Groups[1].Value);
        }
    }

    [GeneratedRegex("^node (\\S+) (began|joined)")]
    private static partial Regex Joined();
}
