using System.Diagnostics;
using System.Globalization;

namespace Mbsa.Bench.Measuring;

/// <summary>Nodes of one cluster, each a process: real <c>mbsa node</c>s on loopback.</summary>
internal sealed class NodeFleet : IDisposable
{
    private readonly List<Process> _nodes = [];

    /// <summary>Starts them one after the other, and waits for each to be a member.</summary>
    /// <param name="count">How many.</param>
    /// <param name="processors">Processors that each may use; null for all.</param>
    /// <exception cref="BenchException">One did not come up.</exception>
    public NodeFleet(int count, int? processors)
    {
        for (var node = 0; node < count; node++)
        {
            Start(processors);
        }
    }

    /// <summary>Address of the first.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Processor time that all of them used so far, in seconds.</summary>
    public double ProcessorSeconds => _nodes.Sum(node =>
    {
        node.Refresh();
        return node.TotalProcessorTime.TotalSeconds;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Kill();
            node.WaitForExit();
            node.Dispose();
        }
    }

    private void Start(int? processors)
    {
        string[] join = Address.Length == 0 ? [] : ["--seed", Address];
        var start = new ProcessStartInfo(ChildProcess.Runtime(),
            [Path.Combine(AppContext.BaseDirectory, "mbsa.dll"), "node", "--listen", "127.0.0.1:0", .. join])
        {
            RedirectStandardOutput = true,
        };
        if (processors is { } some)
        {
            start.Environment["DOTNET_PROCESSOR_COUNT"] = some.ToString(CultureInfo.InvariantCulture);
        }

        var node = Process.Start(start)!;
        _nodes.Add(node);
        string? line;
        do
        {
            line = node.StandardOutput.ReadLine() ?? throw new BenchException("a node did not come up");
        }
        while (!line.StartsWith("node ", StringComparison.Ordinal));

        Address = Address.Length == 0 ? line.Split(' ')[1] : Address;
        _ = node.StandardOutput.ReadToEndAsync(); // so that it never waits for a reader
    }
}
