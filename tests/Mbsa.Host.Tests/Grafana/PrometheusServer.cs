using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Mbsa.Host.Tests.Grafana;

/// <summary>A real Prometheus that scrapes one target as fast as it may, with the repository's alerts.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mbsa-prometheus-");
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly Process _process;

    /// <summary>Starts one.</summary>
    /// <param name="target">Address and port of the run's page.</param>
    public PrometheusServer(string target)
    {
        var file = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(file, $"""
            global: {"{ scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }"}
            rule_files: ["{Dashboards.AlertsFile}"]
            scrape_configs:
              - job_name: mbsa
                static_configs: [{"{"} targets: ["{target}"] {"}"}]
            """);
        var port = FreePort();
        Url = $"http://127.0.0.1:{port}";
        _process = ExternalProgram.Start(
            "prometheus", $"--config.file={file}", $"--storage.tsdb.path={_folder.FullName}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) => Log += line.Data + "\n";
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Url { get; }

    public string Log { get; private set; } = "";

    /// <summary>Asks until there is an answer that will do, or patience is at its end.</summary>
    /// <returns>The values of the answer's series; what was answered last when none would do.</returns>
    public async Task<double[]> QueryAsync(string expression, Func<double[], bool> willDo)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var values = await TryQueryAsync(expression);
            if (values is not null && willDo(values) || patience.Elapsed > TimeSpan.FromSeconds(30))
            {
                return values ?? throw new InvalidOperationException($"Prometheus did not answer: {Log}");
            }

            await Task.Delay(250);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<double[]?> TryQueryAsync(string expression)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri($"{Url}/api/v1/query?query={Uri.EscapeDataString(expression)}"));
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.True(answer.RootElement.GetProperty("status").GetString() == "success", $"{expression}: {answer.RootElement}");
            return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                .Select(series => double.Parse(series.GetProperty("value")[1]
                    .GetString()!.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return null; // it is not up yet
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
