using System.Text.Json;
using Mbsa.Host.Tests.Commands;

namespace Mbsa.Host.Tests.Serving;

/// <summary>A run of a <see cref="TestProgram"/> that is served, until the test ends it.</summary>
internal sealed class ServedRun : IAsyncDisposable
{
    private readonly TestProgram _program;
    private readonly Task<int> _run;
    private readonly LineWatcher _over;

    private ServedRun(TestProgram program, Task<int> run, LineWatcher over, string url) =>
        (_program, _run, _over, Url) = (program, run, over, url);

    /// <summary>Where, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>Ends when the run is over and only the serving goes on.</summary>
    public Task Over => _over.Line;

    /// <summary>Starts one, on any port.</summary>
    public static async Task<ServedRun> StartAsync(TestProgram program, params string[] arguments)
    {
        var (begun, over) = (new LineWatcher("page at "), new LineWatcher("still serving "));
        program.ErrorWriter = new BothWriter(begun, over);
        var run = program.InvokeAsync(["run", "x.yaml", "--serve", "127.0.0.1:0", "--quiet", .. arguments]);
        return new ServedRun(program, run, over, (await begun.Line).Split(' ')[2].TrimEnd('/', ','));
    }

    /// <summary>The run's report, once it is over.</summary>
    public async Task<JsonElement> ReportAsync()
    {
        await Over;
        using var client = new HttpClient();
        using var report = JsonDocument.Parse(await client.GetStringAsync(new Uri(Url + "/api/report")));
        return report.RootElement.Clone();
    }

    /// <summary>Ends it.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> EndAsync()
    {
        _program.Interruption.Request();
        return _run;
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    private sealed class BothWriter(LineWatcher first, LineWatcher second) : StringWriter
    {
        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            await first.WriteLineAsync(value);
            await second.WriteLineAsync(value);
        }
    }
}
