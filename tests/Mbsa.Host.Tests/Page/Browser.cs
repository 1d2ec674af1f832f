using Microsoft.Playwright;

namespace Mbsa.Host.Tests.Page;

/// <summary>The distribution's Chromium, and what goes wrong on the pages it shows.</summary>
internal sealed class Browser : IAsyncDisposable
{
    // Without these it looks for its maker's hosts at every start.
    private static readonly string[] _flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Errors on the console, exceptions of scripts, requests to another host than the page's.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Starts it; skips the test where it is not installed.</summary>
    public static async Task<Browser> StartAsync()
    {
        ExternalProgram.Require("chromium", "chromium");
        var playwright = await Playwright.CreateAsync();
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = _flags,
        }));
    }

    /// <summary>Opens a page.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="width">Width of the window.</param>
    /// <param name="scheme">What the user prefers.</param>
    public async Task<IPage> OpenAsync(string url, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await _browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        var host = new Uri(url).Authority;
        page.Console += (_, message) => Complain(message.Type == "error", message.Text);
        page.PageError += (_, error) => Complain(true, error);
        page.Request += (_, request) =>
            Complain(new Uri(request.Url) is { Scheme: not ("data" or "blob") } asked && asked.Authority != host, request.Url);
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Complain(bool isCause, string complaint)
    {
        if (isCause)
        {
            lock (Complaints)
            {
                Complaints.Add(complaint);
            }
        }
    }
}
